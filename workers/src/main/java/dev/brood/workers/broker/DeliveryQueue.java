package dev.brood.workers.broker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What waits for one receiver, in order and bounded. Nobody waits to add. Thread-safe. */
final class DeliveryQueue {
  /**
   * What became of an addition.
   *
   * @param dropped what is not delivered for it, perhaps the new one
   * @param overflow whether the receiver has to leave
   */
  record Added(List<Delivery> dropped, boolean overflow) {
    static final Added CLEANLY = new Added(List.of(), false);
  }

  private final int limitMessages;
  private final long limitBytes;
  private final WhenBehind whenBehind;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition idle = lock.newCondition();
  private final Deque<Delivery> queue = new ArrayDeque<>();
  private long bytes;
  private boolean closed;

  /** Whether who takes is not back from what it has taken last. */
  private boolean busy;

  DeliveryQueue(BrokerOptions options) {
    this.limitMessages = options.queueLimitMessages();
    this.limitBytes = options.queueLimitBytes();
    this.whenBehind = options.whenBehind();
  }

  /** Adds at the end, as far as there is room. */
  Added add(Delivery delivery) {
    lock.lock();
    try {
      if (closed) {
        return new Added(List.of(delivery), false);
      }
      if (hasRoom(delivery.bytes())) {
        append(delivery);
        return Added.CLEANLY;
      }
      return switch (whenBehind) {
        case DROP_NEWEST -> new Added(List.of(delivery), false);
        case DISCONNECT -> new Added(List.of(delivery), true);
        case DROP_OLDEST -> {
          List<Delivery> dropped = new ArrayList<>(1);
          while (!hasRoom(delivery.bytes())) {
            Delivery oldest = queue.remove();
            bytes -= oldest.bytes();
            dropped.add(oldest);
          }
          append(delivery);
          yield new Added(dropped, false);
        }
      };
    } finally {
      lock.unlock();
    }
  }

  /** Whether a message of that length can be added without a loss. */
  boolean hasRoomFor(int length) {
    lock.lock();
    try {
      return !closed && hasRoom(length);
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** The next one, as soon as there is one; null once it is closed. */
  @Nullable Delivery take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      busy = false;
      while (queue.isEmpty() && !closed) {
        idle.signalAll();
        changed.await();
      }
      Delivery first = queue.poll();
      if (first != null) {
        busy = true;
        bytes -= first.bytes();
      }
      return first;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until nothing waits, and who takes has come back for more.
   *
   * @return false if the time is up before, or it is closed
   */
  boolean awaitIdle(Duration limit) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = TimeUnit.NANOSECONDS.convert(limit);
      while (!closed && left > 0 && (busy || !queue.isEmpty())) {
        left = idle.awaitNanos(left);
      }
      return !closed && !busy && queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing more; what was waiting. */
  List<Delivery> close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      idle.signalAll();
      return drain();
    } finally {
      lock.unlock();
    }
  }

  /** Takes out all that was waiting. */
  List<Delivery> drain() {
    lock.lock();
    try {
      List<Delivery> left = List.copyOf(queue);
      queue.clear();
      bytes = 0;
      return left;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(int length) {
    return queue.isEmpty() || (queue.size() < limitMessages && bytes + length <= limitBytes);
  }

  private void append(Delivery delivery) {
    queue.add(delivery);
    bytes += delivery.bytes();
    changed.signal();
  }
}
