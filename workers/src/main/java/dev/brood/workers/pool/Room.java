package dev.brood.workers.pool;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The room in the queue of a pool whose callers wait for it. Thread-safe. */
final class Room {
  private final int limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int taken;
  private boolean open = true;

  Room(int limit) {
    this.limit = limit;
  }

  /**
   * Takes a place, waiting that long for one. A place that is given although there is no room,
   * since the pool takes no calls, is for a call that is refused at once.
   *
   * @return false if there is none by then
   */
  boolean enter(long waitNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = waitNanos;
      while (open && taken >= limit) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      taken++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a place even if there is none, for a call that has had one before. */
  void enterAgain() {
    lock.lock();
    try {
      taken++;
    } finally {
      lock.unlock();
    }
  }

  /** Gives a place back. */
  void leave() {
    lock.lock();
    try {
      taken--;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the pool takes calls: if not, nobody has to wait to be refused. */
  void open(boolean now) {
    lock.lock();
    try {
      open = now;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
