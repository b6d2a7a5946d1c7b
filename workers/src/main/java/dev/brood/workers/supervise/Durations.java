package dev.brood.workers.supervise;

import java.time.Duration;

/** Checks and texts of times. */
final class Durations {
  private Durations() {}

  static Duration positive(String what, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException(what + " is longer than nothing, not " + time);
    }
    return time;
  }

  /** For people: {@code 30 s}, {@code 250 ms}. */
  static String text(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }
}
