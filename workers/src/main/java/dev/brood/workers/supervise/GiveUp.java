package dev.brood.workers.supervise;

import java.time.Duration;
import java.util.Optional;

/**
 * When a child is not restarted any more although its restart type asks for it, while its
 * supervisor goes on. Immutable.
 *
 * @param deaths with how many deaths in a row; {@link Backoff#resetAfter} says what is a row
 * @param retryEvery how long after that it is started once more, and after each further death;
 *     empty for never
 */
public record GiveUp(int deaths, Optional<Duration> retryEvery) {
  /** Checks the numbers. */
  public GiveUp {
    if (deaths < 1) {
      throw new IllegalArgumentException("a number of deaths is 1 or more, not " + deaths);
    }
    retryEvery.ifPresent(time -> Durations.positive("a time to retry", time));
  }

  /** With that many deaths in a row, for good. */
  public static GiveUp after(int deaths) {
    return new GiveUp(deaths, Optional.empty());
  }

  /** With a slow retry, for as long as it takes. */
  public GiveUp retryEvery(Duration time) {
    return new GiveUp(deaths, Optional.of(time));
  }
}
