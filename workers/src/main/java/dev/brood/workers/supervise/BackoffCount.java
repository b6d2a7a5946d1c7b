package dev.brood.workers.supervise;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** The deaths in a row of one child, and the waits that follow. For one thread. */
final class BackoffCount {
  private final Backoff backoff;
  private final RandomGenerator random;
  private int deaths;

  BackoffCount(Backoff backoff, RandomGenerator random) {
    this.backoff = backoff;
    this.random = random;
  }

  /**
   * Counts a death.
   *
   * @param well how long the child had been ready when it died; zero if it never was
   * @return how long to wait before the next start
   */
  Duration died(Duration well) {
    if (well.compareTo(backoff.resetAfter()) >= 0 && !well.isZero()) {
      deaths = 0;
    }
    deaths = Math.min(deaths, Integer.MAX_VALUE - 1) + 1;
    return backoff.delay(deaths, random);
  }

  /** How many deaths there have been in a row. */
  int deaths() {
    return deaths;
  }

  /** Forgets them, as when a user starts the child. */
  void forget() {
    deaths = 0;
  }
}
