package dev.brood.process.internal.io;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The timers of a reactor, soonest first. Thread-safe. */
final class Timers {
  private static final long NEVER = Long.MAX_VALUE;
  private static final int PURGE_AT_LEAST = 1024;

  private final PriorityQueue<Timer> queue = new PriorityQueue<>();
  private int purgeAt = PURGE_AT_LEAST;

  /** Adds a timer; true if it is now the soonest, so that the reactor must look again. */
  synchronized boolean add(Timer timer) {
    if (queue.size() >= purgeAt) {
      queue.removeIf(Timer::cancelled);
      purgeAt = Math.max(PURGE_AT_LEAST, queue.size() * 2);
    }
    queue.add(timer);
    return queue.peek() == timer;
  }

  /** The next timer that is due, taken out; null if none is. */
  synchronized @Nullable Timer due(long nowNanos) {
    dropCancelled();
    Timer first = queue.peek();
    return first != null && first.dueNanos - nowNanos <= 0 ? queue.poll() : null;
  }

  /** How many milliseconds until the next one, rounded up; -1 if there is none. */
  synchronized int waitMillis(long nowNanos) {
    dropCancelled();
    Timer first = queue.peek();
    if (first == null) {
      return -1;
    }
    long nanos = Math.max(0, first.dueNanos - nowNanos);
    return (int) Math.min(Integer.MAX_VALUE, (nanos + 999_999) / 1_000_000);
  }

  private void dropCancelled() {
    for (Timer first = queue.peek(); first != null && first.cancelled(); first = queue.peek()) {
      queue.poll();
    }
  }

  /** {@code now + wait}, without overflow for very long waits. */
  static long dueNanos(long nowNanos, long waitNanos) {
    return nowNanos + Math.min(waitNanos, NEVER / 2);
  }
}
