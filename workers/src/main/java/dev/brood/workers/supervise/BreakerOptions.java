package dev.brood.workers.supervise;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * When a {@link CircuitBreaker} opens and closes. Immutable.
 *
 * @param failurePercent it opens when that part of the last calls has failed; above 0, up to 100
 * @param window how many of the last calls count
 * @param minimumCalls how many there have to be before it can open
 * @param openTime how long it stays open before it tries again
 * @param trialCalls how many calls decide, after that, whether it closes
 * @param counts which failures count; others pass as if there were no breaker
 * @param listener gets the events, in order, on a virtual thread; a slow one loses some
 */
public record BreakerOptions(
    float failurePercent,
    int window,
    int minimumCalls,
    Duration openTime,
    int trialCalls,
    Predicate<RuntimeException> counts,
    Consumer<BreakerEvent> listener) {
  /** Half of the last 20 calls, at least 10 of them; 10 seconds; 3 trials; every failure. */
  public static final BreakerOptions DEFAULT =
      new BreakerOptions(50, 20, 10, Duration.ofSeconds(10), 3, failure -> true, event -> {});

  /** Checks the numbers. */
  public BreakerOptions {
    if (!(failurePercent > 0 && failurePercent <= 100)) {
      throw new IllegalArgumentException(
          "a part of failures is above 0 and up to 100 percent, not " + failurePercent);
    }
    if (window < 1 || minimumCalls < 1 || minimumCalls > window || trialCalls < 1) {
      throw new IllegalArgumentException(
          "a breaker needs 1 <= minimum <= window, and a trial; not %d, %d, %d"
              .formatted(minimumCalls, window, trialCalls));
    }
    Durations.positive("an open time", openTime);
  }

  /** With another part of failures. */
  public BreakerOptions failurePercent(float percent) {
    return new BreakerOptions(
        percent, window, minimumCalls, openTime, trialCalls, counts, listener);
  }

  /** With another window, and another minimum of calls in it. */
  public BreakerOptions window(int calls, int minimum) {
    return new BreakerOptions(
        failurePercent, calls, minimum, openTime, trialCalls, counts, listener);
  }

  /** With another time to stay open. */
  public BreakerOptions openTime(Duration time) {
    return new BreakerOptions(
        failurePercent, window, minimumCalls, time, trialCalls, counts, listener);
  }

  /** With another number of calls that decide whether it closes. */
  public BreakerOptions trialCalls(int calls) {
    return new BreakerOptions(
        failurePercent, window, minimumCalls, openTime, calls, counts, listener);
  }

  /** With only those failures counted that the caller is not to blame for, say. */
  public BreakerOptions counts(Predicate<RuntimeException> which) {
    return new BreakerOptions(
        failurePercent, window, minimumCalls, openTime, trialCalls, which, listener);
  }

  /** With a listener. */
  public BreakerOptions onEvent(Consumer<BreakerEvent> other) {
    return new BreakerOptions(
        failurePercent, window, minimumCalls, openTime, trialCalls, counts, other);
  }
}
