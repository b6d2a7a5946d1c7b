package dev.brood.workers.supervise;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait between the death of a child and its next start. Immutable.
 *
 * <p>Deaths in a row are counted, from 1. A child that had been well for {@link #resetAfter} before
 * it died begins to count anew. A wait is never longer than {@link #longest}.
 */
public final class Backoff {
  /** What {@link #resetAfter} is unless set. */
  public static final Duration DEFAULT_RESET = Duration.ofMinutes(1);

  private static final double DOUBLING = 2;

  private final long firstNanos;
  private final long longestNanos;
  private final double factor;
  private final double jitter;
  private final long resetNanos;
  private final boolean fastFirst;

  private Backoff(
      long firstNanos,
      long longestNanos,
      double factor,
      double jitter,
      long resetNanos,
      boolean fastFirst) {
    this.firstNanos = firstNanos;
    this.longestNanos = longestNanos;
    this.factor = factor;
    this.jitter = jitter;
    this.resetNanos = resetNanos;
    this.fastFirst = fastFirst;
  }

  /** No wait at all: what OTP does, and leaves to the restart intensity. */
  public static Backoff none() {
    return fixed(Duration.ZERO);
  }

  /**
   * Always the same wait.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public static Backoff fixed(Duration wait) {
    return exponential(wait, wait);
  }

  /**
   * Each wait twice as long as the one before.
   *
   * @param first the wait after the first death
   * @param longest where it stops growing
   * @throws IllegalArgumentException if the first is negative or longer than the longest
   */
  public static Backoff exponential(Duration first, Duration longest) {
    if (first.isNegative() || first.compareTo(longest) > 0) {
      throw new IllegalArgumentException(
          "a first wait is from nothing to the longest (" + longest + "), not " + first);
    }
    return new Backoff(
        NANOSECONDS.convert(first),
        NANOSECONDS.convert(longest),
        DOUBLING,
        0,
        NANOSECONDS.convert(DEFAULT_RESET),
        false);
  }

  /**
   * With another growth from wait to wait than 2.
   *
   * @throws IllegalArgumentException if it is below 1 or not finite
   */
  public Backoff factor(double growth) {
    if (!(growth >= 1) || Double.isInfinite(growth)) {
      throw new IllegalArgumentException("a wait grows by a factor of 1 or more, not " + growth);
    }
    return new Backoff(firstNanos, longestNanos, growth, jitter, resetNanos, fastFirst);
  }

  /**
   * With each wait shortened at random, by up to that part of it: children that died together do
   * not start together. 0 unless set; 1 is any wait from nothing to the full one.
   *
   * @throws IllegalArgumentException if it is not from 0 to 1
   */
  public Backoff jitter(double part) {
    if (!(part >= 0 && part <= 1)) {
      throw new IllegalArgumentException("jitter is a part from 0 to 1, not " + part);
    }
    return new Backoff(firstNanos, longestNanos, factor, part, resetNanos, fastFirst);
  }

  /**
   * With another time for which a child has to be well so that its earlier deaths are forgotten.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Backoff resetAfter(Duration well) {
    if (well.isNegative()) {
      throw new IllegalArgumentException("a time to be well is not negative: " + well);
    }
    long nanos = NANOSECONDS.convert(well);
    return new Backoff(firstNanos, longestNanos, factor, jitter, nanos, fastFirst);
  }

  /** With the first death in a row answered at once, and the waits from the second on. */
  public Backoff fastFirst() {
    return new Backoff(firstNanos, longestNanos, factor, jitter, resetNanos, true);
  }

  /** For how long a child has to be well so that its earlier deaths are forgotten. */
  public Duration resetAfter() {
    return Duration.ofNanos(resetNanos);
  }

  /** The longest wait there is. */
  public Duration longest() {
    return Duration.ofNanos(longestNanos);
  }

  /**
   * How long to wait after a death.
   *
   * @param deaths how many there have been in a row, this one included
   * @throws IllegalArgumentException if there was none
   */
  public Duration delay(int deaths, RandomGenerator random) {
    if (deaths < 1) {
      throw new IllegalArgumentException("a wait is after one death or more, not " + deaths);
    }
    int growths = fastFirst ? deaths - 2 : deaths - 1;
    if (growths < 0) {
      return Duration.ZERO;
    }
    // Grows past every limit for many deaths: infinity is cut down like any other large number.
    double full = Math.min(longestNanos, firstNanos * Math.pow(factor, growths));
    double nanos = Double.isNaN(full) ? 0 : full; // nothing, grown infinitely
    return Duration.ofNanos(
        (long) (jitter == 0 ? nanos : nanos * (1 - jitter * random.nextDouble())));
  }

  @Override
  public String toString() {
    return "Backoff[%s to %s, factor %s, jitter %s, reset after %s%s]"
        .formatted(
            Duration.ofNanos(firstNanos),
            longest(),
            factor,
            jitter,
            resetAfter(),
            fastFirst ? ", fast first" : "");
  }
}
