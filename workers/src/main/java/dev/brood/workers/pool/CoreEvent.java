package dev.brood.workers.pool;

import org.jspecify.annotations.Nullable;

/** What {@link PoolCore} is told. */
sealed interface CoreEvent {
  /** A caller wants something done. */
  record Submitted(Call call) implements CoreEvent {}

  /** Its caller does not want it any more. */
  record Cancelled(Call call) implements CoreEvent {}

  /** A worker has come up. */
  record Ready(Member member) implements CoreEvent {}

  /** A worker has answered: with a value, or with an error if there is a failure. */
  record Answered(Member member, Call call, @Nullable Object value, @Nullable PoolException failure)
      implements CoreEvent {}

  /**
   * A call was not sent, and will not be. Told before anything that happens later than the attempt.
   */
  record NotSent(Member member, Call call, Obstacle obstacle) implements CoreEvent {}

  /** The call cannot be written as a message. Told as {@link NotSent} is. */
  record NotWritable(Member member, Call call, PoolException failure) implements CoreEvent {}

  /** A worker has ended, or was never started; all that it answered has been told before. */
  record Died(Member member, Death death) implements CoreEvent {}

  /** How much memory a worker has. */
  record Measured(Member member, long residentBytes) implements CoreEvent {}

  /** Nothing but the time has changed. */
  record TimePassed() implements CoreEvent {}

  /** The owner of the pool wants something. */
  record Ordered(Order order) implements CoreEvent {}

  /** Why a call was not sent. */
  enum Obstacle {
    /** There is no room in the channel now. */
    FULL,
    /** There is nobody at the other end. */
    CLOSED
  }

  /** What the owner of a pool can want. */
  enum Order {
    PAUSE,
    RESUME,
    /** No more calls are taken. */
    DRAIN,
    /** Everything ends now. */
    CLOSE
  }
}
