package dev.brood.daemon.config;

import java.util.ArrayList;
import java.util.List;

/** Splits a text into words as a shell does, without any expansion. */
final class Words {
  private Words() {}

  /**
   * Splits at blanks. {@code '...'} keeps everything as it is; in {@code "..."} a backslash
   * protects a quote or a backslash; outside, a backslash protects any character.
   *
   * @throws IllegalArgumentException if a quote is not closed or a backslash ends the text
   */
  static List<String> split(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0 && c == quote) {
        quote = 0;
      } else if (c == '\\' && quote != '\'') {
        if (++i == text.length()) {
          throw new IllegalArgumentException("a backslash ends the text");
        }
        char next = text.charAt(i);
        if (quote == '"' && next != '"' && next != '\\') {
          word.append(c);
        }
        word.append(next);
        inWord = true;
      } else if (quote != 0) {
        word.append(c);
      } else if (c == '\'' || c == '"') {
        quote = c;
        inWord = true;
      } else if (Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
        }
        word.setLength(0);
        inWord = false;
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("the quote " + quote + " is not closed");
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }
}
