package dev.brood.workers.channel;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Messages that have arrived and wait for their receiver; bounded in bytes. Thread-safe. */
final class Inbox {
  private record Entry(Message message, int bytes) {}

  private final long limitBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition taken = lock.newCondition();
  private final Deque<Entry> entries = new ArrayDeque<>();
  private long bytes;
  private boolean ended;
  private boolean closed;

  Inbox(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /**
   * Adds a message, waiting for room; one that is too large alone has room when nothing else is.
   */
  void add(Message message, int size) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && bytes > 0 && bytes + size > limitBytes) {
        taken.await();
      }
      if (closed) {
        message.discard();
        return;
      }
      entries.add(new Entry(message, size));
      bytes += size;
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The next message; null after the last one. */
  @Nullable Message take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (entries.isEmpty() && !ended) {
        arrived.await();
      }
      return poll();
    } finally {
      lock.unlock();
    }
  }

  /** The next message within a limit; empty if none came, see {@link #isOver}. */
  Optional<Message> take(Duration limit) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = limit.toNanos();
      while (entries.isEmpty() && !ended && left > 0) {
        left = arrived.awaitNanos(left);
      }
      return Optional.ofNullable(poll());
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing is here and nothing will come. */
  boolean isOver() {
    lock.lock();
    try {
      return ended && entries.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more comes; what is here can still be taken. */
  void end() {
    lock.lock();
    try {
      ended = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nobody takes any more: drops what is here. */
  void close() {
    lock.lock();
    try {
      ended = true;
      closed = true;
      entries.forEach(entry -> entry.message().discard());
      entries.clear();
      bytes = 0;
      arrived.signalAll();
      taken.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Message poll() {
    Entry entry = entries.poll();
    if (entry == null) {
      return null;
    }
    bytes -= entry.bytes();
    taken.signal();
    return entry.message();
  }
}
