package dev.brood.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WordsTest {
  @Test
  void split_quotesAndBackslashes_groupWords() {
    assertThat(Words.split(" a  'b c' \"d 'e'\" f\\ g '' h\"i\"j \"\\\"\\\\\\n\" '\\'"))
        .containsExactly("a", "b c", "d 'e'", "f g", "", "hij", "\"\\\\n", "\\");
  }

  @Test
  void split_blank_isNoWord() {
    assertThat(Words.split(" \t\n")).isEmpty();
  }

  @Test
  void split_openQuote_isRefused() {
    assertThatThrownBy(() -> Words.split("a \"b")).hasMessage("the quote \" is not closed");
    assertThatThrownBy(() -> Words.split("a\\")).hasMessage("a backslash ends the text");
  }
}
