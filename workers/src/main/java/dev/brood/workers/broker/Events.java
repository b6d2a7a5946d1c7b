package dev.brood.workers.broker;

import dev.brood.process.internal.io.BackgroundLog;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells a handler of the user's, on one virtual thread and in order. Bounded: what a slow handler
 * leaves no room for is counted and logged. Thread-safe.
 */
final class Events<T> {
  private static final int LIMIT = 10_000;
  private static final System.Logger LOGGER = System.getLogger("dev.brood.workers");

  private final String what;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<T> queue = new ArrayDeque<>();
  private @Nullable Consumer<T> handler;
  private long lost;
  private boolean closed;

  Events(String what) {
    this.what = what;
  }

  /** Begins to tell. */
  void handle(Consumer<T> consumer) {
    lock.lock();
    try {
      if (handler != null) {
        throw new IllegalStateException("there is a handler of " + what + " already");
      }
      handler = consumer;
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual().name("brood-broker-" + what).start(() -> run(consumer));
  }

  /** Adds an event; false if nobody wants to be told. */
  boolean add(T event) {
    lock.lock();
    try {
      if (handler == null || closed) {
        return false;
      }
      if (queue.size() < LIMIT) {
        queue.add(event);
        changed.signal();
      } else if (Long.bitCount(++lost) == 1) { // the first, and then ever more rarely
        BackgroundLog.log(
            "dev.brood.workers",
            Level.WARNING,
            "the handler of %s is too slow: %,d were lost so far".formatted(what, lost));
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Tells what is left, and nothing more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run(Consumer<T> consumer) {
    try {
      for (T next = take(); next != null; next = take()) {
        try {
          consumer.accept(next);
        } catch (RuntimeException e) {
          LOGGER.log(Level.WARNING, "a handler of " + what + " failed", e);
        }
      }
    } catch (InterruptedException e) {
      close(); // only the handler itself can have caused it
    }
  }

  private @Nullable T take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && !closed) {
        changed.await();
      }
      return queue.poll();
    } finally {
      lock.unlock();
    }
  }
}
