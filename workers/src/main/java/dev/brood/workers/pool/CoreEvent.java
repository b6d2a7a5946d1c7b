package dev.brood.workers.pool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@link PoolCore} is told. */
sealed interface CoreEvent {
  /** A caller wants these done. */
  record Submitted(List<Call> calls) implements CoreEvent {
    /** Copies the list. */
    public Submitted {
      calls = List.copyOf(calls);
    }
  }

  /** Its caller does not want it any more. */
  record Cancelled(Call call) implements CoreEvent {}

  /** A worker has come up. */
  record Ready(Member member) implements CoreEvent {}

  /** A worker has answered: all that one read has brought, in this order. */
  record Answered(Member member, List<Answer> answers) implements CoreEvent {
    /** Copies the list. */
    public Answered {
      answers = List.copyOf(answers);
    }
  }

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

  /** One answer: a value, or an error if there is a failure. */
  record Answer(Call call, @Nullable Object value, @Nullable PoolException failure) {}

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
