package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotingTest {
  static final List<String> NASTY =
      List.of(
          "",
          " ",
          "a b",
          "'",
          "''",
          "'a'b'",
          "\"",
          "\\",
          "\\'",
          "$HOME",
          "$(id)",
          "`id`",
          "*",
          "?",
          "~",
          "#",
          "a;b",
          "a&b",
          "a|b",
          "<x",
          ">x",
          "(",
          ")",
          "{a,b}",
          "!",
          "!!",
          "-n",
          "--",
          "a=b",
          "line\nline",
          "\n",
          "tab\there",
          "\r",
          "é€😀",
          "\u0001",
          "[a]",
          "^x",
          "%d",
          "if",
          "é=b");

  @Test
  void word_anyText_isOneWordOfThatValueForEveryShell() throws Exception {
    for (String shell : List.of("sh", "bash")) {
      StringBuilder line = new StringBuilder("printf '%s\\0'");
      NASTY.forEach(text -> line.append(' ').append(Quoting.word(text)));

      String output = Command.of(shell, "-c", line.toString()).capture().stdout().text();

      assertThat(output.split("\0", -1)).as(shell).startsWith(NASTY.toArray(String[]::new));
      assertThat(output.chars().filter(c -> c == 0).count()).isEqualTo(NASTY.size());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"git", "--flag=value", "/usr/bin/env", "a.b:c,d@e%f^g+h_i", "0"})
  void word_plainText_staysAsItIs(String text) {
    assertThat(Quoting.word(text)).isEqualTo(text);
  }

  @Test
  void line_firstWordWithEqualsSign_isNoAssignment() {
    assertThat(Quoting.line(List.of("a=b", "c=d"))).isEqualTo("'a=b' c=d");
  }

  @Test
  void shown_endlessLine_isCutAndSaysHowLongItIs() {
    String shown = Quoting.shown("x".repeat(5_000));

    assertThat(shown).hasSizeLessThan(2_100).contains("5,000 characters");
    assertThat(Quoting.shown("git log")).isEqualTo("\"git log\"");
  }
}
