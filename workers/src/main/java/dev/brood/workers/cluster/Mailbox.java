package dev.brood.workers.cluster;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.internal.io.BackgroundLog;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The ordinary messages of one worker: for a handler, or kept until somebody takes them. Without
 * either the oldest are dropped, as Node drops what nobody listens to: a worker that reports its
 * memory every second must not stop serving because of it.
 */
final class Mailbox {
  static final int MOST_KEPT = 1024;

  private final String name;
  private final @Nullable BiConsumer<ClusterWorker, Message> handler;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Message> kept = new ArrayDeque<>();
  private long dropped;
  private boolean ended;

  Mailbox(String name, @Nullable BiConsumer<ClusterWorker, Message> handler) {
    this.name = name;
    this.handler = handler;
  }

  void add(ClusterWorker from, Message message) {
    if (handler != null) {
      handler.accept(from, message);
      return;
    }
    lock.lock();
    try {
      if (kept.size() == MOST_KEPT) {
        kept.removeFirst().handle().ifPresent(Handle::close);
        warn();
      }
      kept.addLast(message);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  Optional<Message> receive(Duration limit) throws InterruptedException {
    if (handler != null) {
      throw new IllegalStateException(name + ": messages go to a handler, nobody can receive them");
    }
    lock.lockInterruptibly();
    try {
      long left = NANOSECONDS.convert(limit);
      while (kept.isEmpty() && !ended && left > 0) {
        left = changed.awaitNanos(left);
      }
      return Optional.ofNullable(kept.pollFirst());
    } finally {
      lock.unlock();
    }
  }

  /** The worker is gone; what is here can still be taken. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void warn() {
    if (Long.bitCount(++dropped) == 1) { // the first, and then ever more rarely
      BackgroundLog.log(
          "dev.brood.workers",
          Level.WARNING,
          "%s: %,d messages dropped that nobody received".formatted(name, dropped));
    }
  }
}
