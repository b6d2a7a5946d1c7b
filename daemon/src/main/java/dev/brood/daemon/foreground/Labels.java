package dev.brood.daemon.foreground;

import java.util.List;

/** The coloured, aligned names in front of the lines. Immutable. */
final class Labels {
  /** Names longer than this are cut, so that a line for the shell does not push its output away. */
  static final int WIDEST = 24;

  /** Cyan, yellow, green, magenta, blue, red and their bright forms: readable on both grounds. */
  private static final int[] COLOURS = {36, 33, 32, 35, 34, 96, 93, 92, 95, 94};

  private final int width;

  Labels(List<String> labels) {
    int widest = labels.stream().mapToInt(Labels::columns).max().orElse(0);
    this.width = Math.min(WIDEST, Math.max("brood".length(), widest));
  }

  /** {@code NAME | }, in the colour of that number if colours are wanted. */
  String prefix(String label, int number, boolean coloured) {
    String text = fitted(label) + " | ";
    return coloured
        ? "\u001b[0;" + COLOURS[number % COLOURS.length] + "m" + text + "\u001b[0m"
        : text;
  }

  /** {@code NAME * }: what Brood itself says about one. */
  String notice(String label, boolean coloured) {
    String text = fitted(label) + " * ";
    return coloured ? "\u001b[0;1m" + text + "\u001b[0m" : text;
  }

  private String fitted(String label) {
    int length = columns(label);
    if (length <= width) {
      return label + " ".repeat(width - length);
    }
    return label.substring(0, label.offsetByCodePoints(0, width - 1)) + "~";
  }

  private static int columns(String label) {
    return label.codePointCount(0, label.length());
  }
}
