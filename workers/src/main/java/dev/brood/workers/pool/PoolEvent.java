package dev.brood.workers.pool;

import dev.brood.workers.watch.Refusal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has happened in a pool, for {@link PoolSpec#listener}. A worker is named by its number,
 * which no other worker of the pool ever has.
 */
public sealed interface PoolEvent {
  /** A worker is being started in a slot. */
  record WorkerStarting(int worker, int slot) implements PoolEvent {}

  /** A worker has come up. */
  record WorkerReady(int worker, int slot) implements PoolEvent {}

  /**
   * A worker did not come up.
   *
   * @param failures how many starts have failed since one was good
   * @param pause how long the pool waits before the next
   */
  record StartFailed(int worker, String reason, int failures, Duration pause)
      implements PoolEvent {}

  /** A worker ended that should not have. */
  record WorkerDied(int worker, String reason) implements PoolEvent {}

  /** A worker gets no more calls. */
  record WorkerRetired(int worker, Retirement why) implements PoolEvent {}

  /** A worker has ended that was to end. */
  record WorkerEnded(int worker) implements PoolEvent {}

  /** The pool would have one more worker, and the machine does not bear it. */
  record GrowthRefused(List<Refusal> reasons, Duration askAgainAfter) implements PoolEvent {
    /** Copies the list. */
    public GrowthRefused {
      reasons = List.copyOf(reasons);
    }
  }

  /** A call runs again, after that long, since its worker has died. */
  record CallRetried(@Nullable Object input, int deaths, Duration pause) implements PoolEvent {}

  /** A call has ended as many workers as it may, and is not tried again. */
  record CallPoisoned(@Nullable Object input, int deaths) implements PoolEvent {}

  /** The queue was full: a call was refused, or had to make room for another. */
  record CallRejected(@Nullable Object input) implements PoolEvent {}

  /** The listener was too slow, and that many events before this one were not told. */
  record EventsLost(long count) implements PoolEvent {}

  /** Why a worker retires. */
  enum Retirement {
    /** It has had all the calls that it may have. */
    CALLS,
    /** It is as old as it may be, and replaced. */
    AGE,
    /** It has more memory than it may have, and is replaced. */
    MEMORY,
    /** It had nothing to do for long enough. */
    IDLE,
    /** Its calls fail much faster than the others' are answered. */
    FAILS_FAST,
    /** A call was given up that it runs. */
    CALL_GIVEN_UP,
    /** It cannot be reached any more. */
    UNREACHABLE
  }
}
