package dev.brood.workers.pool;

import dev.brood.workers.channel.CallLink;
import dev.brood.workers.channel.Message;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call: what it is, for the driver, and where it stands, for {@link PoolCore}, which alone
 * reads and writes that.
 */
final class Call {
  /** Where a call is. */
  enum State {
    /** In the queue. */
    WAITING,
    /** Will be in the queue again at {@link #retryNanos}. */
    DELAYED,
    /** Sent to a worker. */
    RUNNING,
    /** Answered or failed. A worker may still be at it, until it has been stopped. */
    DONE
  }

  static final Comparator<Call> BY_DUE =
      Comparator.<Call>comparingLong(call -> call.dueNanos).thenComparingLong(call -> call.id);
  static final Comparator<Call> BY_RETRY =
      Comparator.<Call>comparingLong(call -> call.retryNanos).thenComparingLong(call -> call.id);

  final long id;
  final @Nullable Object input;
  final CallOptions options;

  /** What the driver completes, once. */
  final CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();

  /** Who has called, while that thread will wait for the answer itself. Of the driver. */
  volatile @Nullable Thread caller;

  /** What was asked of which worker when it was sent last. Of the driver. */
  volatile @Nullable Asked asked;

  /** How much of its deadline has passed before it arrived, in a wait for room. Of the driver. */
  long waitedNanos;

  State state = State.WAITING;
  int lane;
  long arrivedNanos;
  long dueNanos = Long.MAX_VALUE;
  long sentNanos;
  long retryNanos;
  int deaths;
  boolean holdsRoom = true;
  @Nullable Member member;

  /** A call under way. */
  record Asked(CallLink link, CompletableFuture<Message> reply) {}

  Call(long id, @Nullable Object input, CallOptions options) {
    this.id = id;
    this.input = input;
    this.options = options;
  }

  boolean isDone() {
    return state == State.DONE;
  }

  @Override
  public String toString() {
    return "call " + id;
  }
}
