package dev.brood.workers.channel;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waiting for a message or a reply: whoever waits reads, if nobody else does. Thread-safe. */
final class Receiving {
  private final ChannelReader reader;
  private final ReadingTurn turn;
  private final Dispatch dispatch;
  private final Requests requests;

  Receiving(ChannelReader reader, ReadingTurn turn, Dispatch dispatch, Requests requests) {
    this.reader = reader;
    this.turn = turn;
    this.dispatch = dispatch;
    this.requests = requests;
  }

  /**
   * The next message.
   *
   * @return empty if none came in that time, or none will come
   */
  Optional<Message> next(long waitNanos) throws InterruptedException {
    Inbox inbox = dispatch.inbox();
    long start = System.nanoTime();
    while (true) {
      Message message = inbox.poll();
      long left = left(waitNanos, start);
      if (message != null || inbox.isOver() || left <= 0) {
        return Optional.ofNullable(message);
      }
      if (turn.tryTakeToReceive()) {
        try {
          readUnless(inbox, left);
        } finally {
          giveBack();
        }
      } else {
        boolean unused = inbox.await(left, turn::isBarred);
      }
    }
  }

  /** Whoever had the turn before may have brought something. */
  private void readUnless(Inbox inbox, long waitNanos) throws InterruptedException {
    if (inbox.isEmpty()) {
      boolean unused = reader.read(waitNanos);
    }
  }

  /** Waits that long for a reply, and reads meanwhile if it can be this thread that reads. */
  void await(Future<?> reply, long waitNanos) throws InterruptedException {
    long start = System.nanoTime();
    long left = waitNanos;
    if (turn.tryTakeToReceive()) {
      try {
        while (!reply.isDone() && left > 0 && dispatch.hasRoom()) {
          boolean unused = reader.read(left);
          left = left(waitNanos, start);
        }
      } finally {
        giveBack();
      }
    }
    try {
      Object unused = reply.get(left, TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // The caller looks at the reply.
    }
  }

  private static long left(long waitNanos, long start) {
    return waitNanos == Long.MAX_VALUE ? waitNanos : waitNanos - (System.nanoTime() - start);
  }

  private void giveBack() {
    turn.giveBackForAWhile();
    if (requests.arePending()) {
      turn.readAtOnce();
    }
    dispatch.turnIsFree();
  }
}
