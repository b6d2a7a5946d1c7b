package dev.brood.workers.watch;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Draws progress as one line for a terminal: name, bar, per cent, time left, phase and message.
 * Immutable, and has no part in the writing: put a carriage return before each line.
 *
 * <p>What a child says is drawn without control characters and cut to the width. Characters count
 * one column each; a terminal may draw some wider.
 */
public final class ProgressBar {
  private static final int NARROWEST = 20;
  private static final int BAR = 20;
  private static final int NAME = 16;
  private static final double WHOLE = 100;
  private static final long STEP_MILLIS = 200;

  private final int columns;

  /**
   * For lines of that many columns at most.
   *
   * @throws IllegalArgumentException if there are fewer than 20
   */
  public ProgressBar(int columns) {
    if (columns < NARROWEST) {
      throw new IllegalArgumentException("a line has 20 columns at least, not " + columns);
    }
    this.columns = columns;
  }

  /** One line, without an end: {@code import [########------------] 40 % 1:20 left load}. */
  public String line(String name, Progress progress) {
    StringBuilder line = new StringBuilder();
    line.append(cut(clean(name), Math.min(NAME, columns / 4)));
    line.append(" [").append(bar(progress)).append("] ");
    line.append(
        progress.percent().isPresent()
            ? String.format(Locale.ROOT, "%3d %%", (int) progress.percent().getAsDouble())
            : shown(progress.elapsed()));
    progress.remaining().ifPresent(left -> line.append(' ').append(shown(left)).append(" left"));
    append(line, progress.phase());
    append(line, progress.message());
    return cut(line.toString(), columns);
  }

  /** Without a percentage a mark wanders to and fro, one step each fifth of a second. */
  private String bar(Progress progress) {
    int width = Math.min(BAR, columns / 4);
    if (progress.percent().isPresent()) {
      int done = (int) (width * progress.percent().getAsDouble() / WHOLE);
      return "#".repeat(done) + "-".repeat(width - done);
    }
    int round = 2 * (width - 1);
    int place = (int) (progress.elapsed().toMillis() / STEP_MILLIS % round);
    int mark = place < width ? place : round - place;
    return "-".repeat(mark) + "#" + "-".repeat(width - 1 - mark);
  }

  private static void append(StringBuilder line, Optional<String> text) {
    text.map(ProgressBar::clean)
        .filter(clean -> !clean.isBlank())
        .ifPresent(clean -> line.append("  ").append(clean));
  }

  /** {@code 0:07}, {@code 12:30}, {@code 1:02:03}, {@code 3 days}. */
  private static String shown(Duration time) {
    if (time.toDays() > 1) {
      return time.toDays() + " days";
    }
    return time.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }

  private static String clean(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints().map(point -> isDrawn(point) ? point : ' ').forEach(clean::appendCodePoint);
    return clean.toString();
  }

  /** Not control characters, which move the cursor, nor those that turn the direction of text. */
  private static boolean isDrawn(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static String cut(String text, int most) {
    int points = text.codePointCount(0, text.length());
    return points <= most ? text : text.substring(0, text.offsetByCodePoints(0, most));
  }
}
