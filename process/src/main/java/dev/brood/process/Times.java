package dev.brood.process;

import java.time.Duration;

/** Durations as nanoseconds, saturated: a very long one is the same as never. */
final class Times {
  private static final long LONGEST_NANOS = Long.MAX_VALUE / 4;

  private Times() {}

  static long nanos(Duration duration) {
    try {
      return Math.min(duration.toNanos(), LONGEST_NANOS);
    } catch (ArithmeticException e) {
      return duration.isNegative() ? 0 : LONGEST_NANOS;
    }
  }

  /** A {@link System#nanoTime} that far ahead; never 0, which stands for "no deadline". */
  static long deadline(Duration wait) {
    long at = System.nanoTime() + nanos(wait);
    return at == 0 ? 1 : at;
  }

  /** For people: {@code 1.3 s}, {@code 250 ms}, {@code 2 min 5 s}. */
  static String shown(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1000) {
      return millis + " ms";
    }
    if (millis < 60_000) {
      return millis / 1000 + "." + millis % 1000 / 100 + " s";
    }
    return millis / 60_000 + " min " + millis % 60_000 / 1000 + " s";
  }
}
