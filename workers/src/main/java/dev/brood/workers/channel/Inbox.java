package dev.brood.workers.channel;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
  /**
   * What each message counts for besides its bytes: about the memory that it takes as an object. A
   * flood of messages of two bytes would fill the heap long before its bytes make up the limit.
   */
  static final int ENTRY_BYTES = 128;

  /** A message and how long it was on the wire. */
  record Entry(Message message, int bytes) {
    long size() {
      return (long) bytes + ENTRY_BYTES;
    }
  }

  private final long limitBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition taken = lock.newCondition();
  private final Deque<Entry> entries = new ArrayDeque<>();
  private long total;
  private boolean ended;
  private boolean closed;

  Inbox(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /**
   * Adds a message, waiting for room; one that is too large alone has room when nothing else is.
   */
  void add(Message message, int bytes) throws InterruptedException {
    boolean unused = add(message, bytes, () -> false);
  }

  /**
   * As {@link #add(Message, int)}, unless the message belongs elsewhere when there is room for it.
   *
   * @param elsewhere asked under the lock that {@link #divert} holds too
   * @return false if it does, and was not added
   */
  boolean add(Message message, int bytes, BooleanSupplier elsewhere) throws InterruptedException {
    Entry entry = new Entry(message, bytes);
    lock.lockInterruptibly();
    try {
      while (!closed && total > 0 && total + entry.size() > limitBytes) {
        taken.await();
      }
      if (closed) {
        message.discard();
        return true;
      }
      if (elsewhere.getAsBoolean()) {
        return false;
      }
      entries.add(entry);
      total += entry.size();
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
      List<Entry> found = new ArrayList<>();
      entries.removeIf(entry -> which.test(entry.message()) && found.add(entry));
      total -= found.stream().mapToLong(Entry::size).sum();
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
      long left = NANOSECONDS.convert(limit);
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
      total = 0;
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
    total -= entry.size();
    taken.signal();
    return entry.message();
  }
}
