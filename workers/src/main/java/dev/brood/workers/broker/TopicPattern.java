package dev.brood.workers.broker;

import dev.brood.workers.broker.BrokerException.Problem;
import java.nio.charset.StandardCharsets;

/**
 * What a subscriber wants to hear of: words with dots between them, where {@code *} stands for
 * exactly one word and {@code #}, as the last word, for any number of them. Immutable.
 */
final class TopicPattern {
  private static final int LONGEST_BYTES = 255;

  private final String text;
  private final String[] words;
  private final boolean open;

  private TopicPattern(String text, String[] words, boolean open) {
    this.text = text;
    this.words = words;
    this.open = open;
  }

  /**
   * Reads a pattern.
   *
   * @throws BrokerException if it is none
   */
  static TopicPattern of(String text) {
    String[] words = words(text, Problem.BAD_PATTERN, "pattern");
    boolean open = words[words.length - 1].equals("#");
    for (int i = 0; i < words.length; i++) {
      boolean lastOpen = open && i == words.length - 1;
      boolean wild = words[i].indexOf('*') >= 0 || words[i].indexOf('#') >= 0;
      if (wild && !lastOpen && !words[i].equals("*")) {
        throw new BrokerException(
            Problem.BAD_PATTERN,
            "\"*\" and \"#\" are words of their own, and \"#\" is the last one: \"" + text + "\"");
      }
    }
    return new TopicPattern(text, words, open);
  }

  /**
   * Checks a topic.
   *
   * @return its words
   * @throws BrokerException if it is none
   */
  static String[] topic(String text) {
    String[] words = words(text, Problem.BAD_TOPIC, "topic");
    if (text.indexOf('*') >= 0 || text.indexOf('#') >= 0) {
      throw new BrokerException(
          Problem.BAD_TOPIC, "a topic has no \"*\" and \"#\", which are of patterns: " + text);
    }
    return words;
  }

  /** Whether a name can be one: of a child, of a group, of a topic. */
  static boolean isName(String text) {
    return !text.isEmpty()
        && text.length() <= LONGEST_BYTES
        && text.chars().noneMatch(c -> c < ' ' || c == 0x7f)
        && text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_BYTES;
  }

  boolean matches(String[] topic) {
    int fixed = open ? words.length - 1 : words.length;
    if (open ? topic.length < fixed : topic.length != fixed) {
      return false;
    }
    for (int i = 0; i < fixed; i++) {
      if (!words[i].equals("*") && !words[i].equals(topic[i])) {
        return false;
      }
    }
    return true;
  }

  /** Whether it is a topic, and matches that one only. */
  boolean isExact() {
    return text.indexOf('*') < 0 && !open;
  }

  @Override
  public String toString() {
    return text;
  }

  private static String[] words(String text, Problem problem, String what) {
    if (!isName(text)) {
      throw new BrokerException(
          problem, "a " + what + " has 1 to 255 bytes and no control characters");
    }
    String[] words = text.split("\\.", -1);
    for (String word : words) {
      if (word.isEmpty()) {
        throw new BrokerException(problem, "a " + what + " has no empty words: \"" + text + "\"");
      }
    }
    return words;
  }
}
