package dev.brood.workers.pool;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** One worker of a pool as {@link PoolCore} sees it, which alone reads and writes what changes. */
final class Member {
  /** From the start of a worker to its end, in this order. */
  enum State {
    STARTING,
    SERVING,
    /** Gets no more calls, and is stopped when it has answered those it has. */
    RETIRING,
    STOPPING
  }

  final int id;
  final int slot;

  /** Which one is to retire when this one has come up. */
  @Nullable Member replaces;

  State state = State.STARTING;

  /**
   * What it was sent and has not answered, oldest first, calls that have been given up included.
   */
  final Deque<Call> running = new ArrayDeque<>();

  @Nullable Call lastSent;
  long startedNanos;
  long idleSinceNanos;
  long lastAnswerNanos;
  long lastTurn;
  long stopByNanos = Long.MAX_VALUE;
  long assigned;
  boolean succeeded;

  /** Its channel has no room: nothing is sent until it has answered something. */
  boolean blocked;

  /** There is nobody at the other end of its channel. */
  boolean unreachable;

  /** It has answered out of turn: which of its calls it had begun when it ends is not known. */
  boolean disordered;

  /** Why it is to be replaced by another; it serves until that has come up. */
  PoolEvent.@Nullable Retirement outgoing;

  /** It was stopped because it did not come up in time. */
  boolean startExpired;

  int failuresInARow;
  long failureNanos;

  Member(int id, int slot, @Nullable Member replaces) {
    this.id = id;
    this.slot = slot;
    this.replaces = replaces;
  }

  /** Whether it is at work on nothing that anybody waits for. */
  boolean onlyAbandoned() {
    return running.stream().allMatch(Call::isDone);
  }

  @Override
  public String toString() {
    return "worker " + id + " " + state + " " + running;
  }
}
