package dev.brood.daemon.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as people write them, in brood files and on the command line. */
public final class Amounts {
  /** What {@link #duration} takes, for messages and help. */
  public static final String DURATION_EXAMPLES = "500ms, 5s, 2m, 1h30m";

  /** What {@link #size} takes, for messages and help. */
  public static final String SIZE_EXAMPLES = "4096, 64K, 10M, 1G";

  /** The longest {@link #duration}: what fits into a number of nanoseconds, 292 years. */
  static final String LONGEST = "106751d";

  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

  private static final Pattern DURATION_PART =
      Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)(ms|s|m|h|d)");
  private static final Pattern SIZE =
      Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?)([KMGT]?)(?:i?B)?", Pattern.CASE_INSENSITIVE);

  private Amounts() {}

  /**
   * Reads a duration: one or more numbers, each with a unit {@code ms s m h d}, largest first by
   * custom, not by rule. {@code 0} needs no unit.
   *
   * @throws IllegalArgumentException if the text is something else or longer than 292 years; a bare
   *     number is refused because PM2 means milliseconds by it and {@code timeout(1)} seconds
   */
  public static Duration duration(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    Matcher part = DURATION_PART.matcher(text);
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    while (part.lookingAt()) {
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(nanosOf(part.group(2))));
      end = part.end();
      part.region(end, text.length());
    }
    if (end == 0 || end < text.length()) {
      boolean number = text.chars().allMatch(c -> c >= '0' && c <= '9') && !text.isEmpty();
      String hint = number ? " (the unit is missing)" : "";
      throw new IllegalArgumentException(
          "expected a duration such as " + DURATION_EXAMPLES + ", found \"" + text + "\"" + hint);
    }
    if (nanos.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          "expected a duration of at most " + LONGEST + ", found \"" + text + "\"");
    }
    BigDecimal[] split = nanos.divideAndRemainder(nanosOf("s"));
    return Duration.ofSeconds(split[0].longValue(), split[1].longValue());
  }

  /** Whether it is written as a duration, of any length. */
  static boolean isDuration(String text) {
    return text.matches("(" + DURATION_PART + ")+");
  }

  /**
   * Reads a number of bytes; {@code K M G T} are powers of 1024, as in {@code head -c}.
   *
   * @throws IllegalArgumentException if the text is something else, or more than fits into a long
   */
  public static long size(String text) {
    Matcher size = SIZE.matcher(text);
    if (!size.matches()) {
      throw new IllegalArgumentException(
          "expected a size such as " + SIZE_EXAMPLES + ", found \"" + text + "\"");
    }
    int power = "KMGT".indexOf(size.group(2).toUpperCase(Locale.ROOT)) + 1;
    int exponent = size.group(2).isEmpty() ? 0 : power;
    BigDecimal bytes =
        new BigDecimal(size.group(1))
            .multiply(BigDecimal.valueOf(1L << (10 * exponent)))
            .setScale(0, RoundingMode.CEILING);
    if (bytes.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          "expected a size of less than 8388608T, found \"" + text + "\"");
    }
    return bytes.longValue();
  }

  private static BigDecimal nanosOf(String unit) {
    return BigDecimal.valueOf(
        switch (unit) {
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          case "h" -> 3_600_000_000_000L;
          case "d" -> 86_400_000_000_000L;
          default -> throw new AssertionError(unit);
        });
  }
}
