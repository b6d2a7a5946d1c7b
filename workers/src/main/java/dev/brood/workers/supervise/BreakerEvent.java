package dev.brood.workers.supervise;

import java.time.Duration;

/** What a {@link CircuitBreaker} tells. */
public sealed interface BreakerEvent {
  /** Its name. */
  String breaker();

  /** It lets more or fewer calls through from now on. */
  record StateChanged(String breaker, BreakerState from, BreakerState to) implements BreakerEvent {}

  /** A call has failed, and counts. */
  record CallFailed(String breaker, Duration duration, Throwable reason) implements BreakerEvent {}

  /** A call was not made, because the breaker lets none through. */
  record CallRefused(String breaker) implements BreakerEvent {}

  /**
   * The listener was too slow.
   *
   * @param count how many events before this one it will not get
   */
  record EventsLost(String breaker, long count) implements BreakerEvent {}
}
