package dev.brood.workers.channel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Messages that have arrived and wait for their receiver. Who reads waits for room first, so what
 * is here is bounded by a limit in bytes and what one read brings. Thread-safe.
 */
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
  private volatile int waiting;
  private boolean ended;
  private boolean closed;

  Inbox(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Adds a message. */
  void add(Message message, int bytes) {
    boolean unused = add(message, bytes, () -> false);
  }

  /**
   * As {@link #add(Message, int)}, unless the message belongs elsewhere.
   *
   * @param elsewhere asked under the lock that {@link #divert} holds too
   * @return false if it does, and was not added
   */
  boolean add(Message message, int bytes, BooleanSupplier elsewhere) {
    Entry entry = new Entry(message, bytes);
    lock.lock();
    try {
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

  boolean isEmpty() {
    lock.lock();
    try {
      return entries.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Whether less than the limit is here. */
  boolean hasRoom() {
    lock.lock();
    try {
      return total < limitBytes;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until less than the limit is here. */
  void awaitRoom() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (total >= limitBytes && !closed) {
        taken.await();
      }
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

  /** The next message, if one is here. */
  @Nullable Message poll() {
    lock.lock();
    try {
      Entry entry = entries.poll();
      if (entry == null) {
        return null;
      }
      boolean wasFull = total >= limitBytes;
      total -= entry.size();
      if (wasFull && total < limitBytes) {
        taken.signalAll(); // two threads may want to read, and only one of them can
      }
      return entry.message();
    } finally {
      lock.unlock();
    }
  }

  /** The next message; null after the last one. */
  @Nullable Message take() throws InterruptedException {
    Message message = poll();
    while (message == null && !isOver()) {
      lock.lockInterruptibly();
      try {
        while (entries.isEmpty() && !ended) {
          arrived.await();
        }
      } finally {
        lock.unlock();
      }
      message = poll();
    }
    return message;
  }

  /**
   * Waits until there is something to take, or nothing will come, or the turn to read is free.
   *
   * @param barred asked under the lock: whether somebody else reads; see {@link #turnIsFree}
   * @return false if the time was over before
   */
  boolean await(long nanos, BooleanSupplier barred) throws InterruptedException {
    lock.lockInterruptibly();
    waiting++;
    try {
      long left = nanos;
      while (entries.isEmpty() && !ended && barred.getAsBoolean()) {
        if (left <= 0) {
          return false;
        }
        if (nanos == Long.MAX_VALUE) { // a virtual thread's limit costs it a timer
          arrived.await();
        } else {
          left = arrived.awaitNanos(left);
        }
      }
      return true;
    } finally {
      waiting--;
      lock.unlock();
    }
  }

  /** One of those who wait may read, and reads what is to come. */
  void turnIsFree() {
    if (waiting > 0) {
      lock.lock();
      try {
        arrived.signal();
      } finally {
        lock.unlock();
      }
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
}
