package dev.brood.workers.supervise;

import java.time.Duration;

/**
 * How many restarts a supervisor makes in how long; with the next one it gives up, stops all its
 * children and ends, which is a failure for the supervisor above it. The window slides: it is
 * always the last {@code period} that counts.
 *
 * @param restarts zero or more; with zero the first death that asks for a restart is one too many
 * @param period longer than nothing
 */
public record Intensity(int restarts, Duration period) {
  /**
   * Five restarts in a minute. OTP has one in five seconds, which ends most systems at their first
   * trouble.
   */
  public static final Intensity DEFAULT = new Intensity(5, Duration.ofMinutes(1));

  /** Checks the numbers. */
  public Intensity {
    if (restarts < 0) {
      throw new IllegalArgumentException("a number of restarts is not negative: " + restarts);
    }
    Durations.positive("the period of an intensity", period);
  }

  @Override
  public String toString() {
    return restarts + " restarts in " + Durations.text(period);
  }
}
