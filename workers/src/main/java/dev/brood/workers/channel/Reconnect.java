package dev.brood.workers.channel;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a {@link UnixClient} tries again. Each pause is twice as long as the one before, up to a
 * cap, less a random part, so that the clients of a server that starts again do not all come at
 * once. Immutable.
 *
 * @param first the first pause
 * @param longest the cap
 * @param jitter how much of a pause is left to chance, from 0 to 1
 * @param attempts how many attempts in a row may fail before it gives up; {@link Integer#MAX_VALUE}
 *     for any number
 */
public record Reconnect(Duration first, Duration longest, double jitter, int attempts) {
  private static final int MOST_DOUBLINGS = 30;

  /** Checks the numbers. */
  public Reconnect {
    if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException("pauses from " + first + " to " + longest);
    }
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("a jitter is from 0 to 1, not " + jitter);
    }
    if (attempts < 1) {
      throw new IllegalArgumentException("no attempt: " + attempts);
    }
  }

  /** For ever, with pauses from 50 ms to 5 s, of which half is left to chance. */
  public static Reconnect forever() {
    return new Reconnect(Duration.ofMillis(50), Duration.ofSeconds(5), 0.5, Integer.MAX_VALUE);
  }

  /** Up to that many attempts in a row. */
  public Reconnect attempts(int most) {
    return new Reconnect(first, longest, jitter, most);
  }

  /** With other pauses. */
  public Reconnect pauses(Duration newFirst, Duration newLongest) {
    return new Reconnect(newFirst, newLongest, jitter, attempts);
  }

  /** How long to wait after that many failures in a row. */
  Duration pause(int failures, RandomGenerator random) {
    int doublings = Math.clamp(failures - 1L, 0, MOST_DOUBLINGS);
    double whole =
        Math.min((double) first.toNanos() * (1L << doublings), (double) longest.toNanos());
    return Duration.ofNanos((long) (whole * (1 - jitter * random.nextDouble())));
  }
}
