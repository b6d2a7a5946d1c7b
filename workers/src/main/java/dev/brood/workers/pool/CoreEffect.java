package dev.brood.workers.pool;

import dev.brood.workers.watch.Admission;
import org.jspecify.annotations.Nullable;

/** What {@link PoolCore} wants done, in this order. */
sealed interface CoreEffect {
  /** Start a worker; to be followed by {@link CoreEvent.Ready} or {@link CoreEvent.Died}. */
  record Start(Member member, Admission.Ticket ticket) implements CoreEffect {}

  /**
   * Send a call; those to one worker may go together, after the other effects. For each that could
   * not be sent {@link CoreEvent.NotSent} or {@link CoreEvent.NotWritable} is told before any other
   * event, the last one first.
   */
  record Send(Member member, Call call) implements CoreEffect {}

  /** Stop a worker; to be followed by {@link CoreEvent.Died}. */
  record Stop(Member member, Manner manner) implements CoreEffect {}

  /** The call has its value. */
  record Complete(Call call, @Nullable Object value) implements CoreEffect {}

  /** The call has failed. */
  record Fail(Call call, RuntimeException failure) implements CoreEffect {}

  /** A call has left the queue. */
  record RoomFree() implements CoreEffect {}

  /** A call that has left the queue is in it again. */
  record RoomTaken() implements CoreEffect {}

  /** Tell listeners. */
  record Tell(PoolEvent event) implements CoreEffect {}

  /** All calls are answered, and none is taken any more. */
  record Drained() implements CoreEffect {}

  /** As {@link Drained}, and no worker is left. */
  record Over() implements CoreEffect {}

  /** How a worker is stopped. */
  enum Manner {
    /** It has nothing to do: it is told, then TERM, then KILL. */
    GENTLY,
    /** What it does is not wanted any more: TERM, then KILL. */
    FIRMLY,
    /** It never came up, or cannot be talked to: KILL. */
    NOW
  }
}
