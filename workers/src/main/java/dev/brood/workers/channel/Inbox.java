package dev.brood.workers.channel;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Messages that have arrived and wait for their receiver; bounded in bytes. Thread-safe. */
final class Inbox {
  /** A message and what it counts for. */
  record Entry(Message message, int bytes) {}

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
    boolean unused = add(message, size, () -> false);
  }

  /**
   * As {@link #add(Message, int)}, unless the message belongs elsewhere when there is room for it.
   *
   * @param elsewhere asked under the lock that {@link #divert} holds too
   * @return false if it does, and was not added
   */
  boolean add(Message message, int size, BooleanSupplier elsewhere) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && bytes > 0 && bytes + size > limitBytes) {
        taken.await();
      }
      if (closed) {
        message.discard();
        return true;
      }
      if (elsewhere.getAsBoolean()) {
        return false;
      }
      entries.add(new Entry(message, size));
      bytes += size;
      arrived.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes some messages out, to which {@code taker} says where they and later ones belong; nothing
   * arrives meanwhile, so their order is kept.
   */
  void divert(Predicate<Message> which, Consumer<List<Entry>> taker) {
    lock.lock();
    try {
      List<Entry> found = entries.stream().filter(entry -> which.test(entry.message())).toList();
      entries.removeAll(found);
      bytes -= found.stream().mapToLong(Entry::bytes).sum();
      taken.signalAll();
      taker.accept(found);
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
