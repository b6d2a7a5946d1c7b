package dev.brood.workers.broker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one thread at a time at what a broker knows: who is here and who gets what. Held only while
 * queues are filled. The locks of queues and channels are taken inside it, never around it.
 */
final class Turnstile {
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Runnable> tasks = new ArrayDeque<>();

  /** May be entered again by the thread that is inside. */
  void enter() {
    lock.lock();
  }

  /** Has something done by the thread that is inside, as the last thing that it does there. */
  void beforeLeaving(Runnable task) {
    tasks.add(task);
  }

  /** To be called once for each {@link #enter}. */
  void leave() {
    try {
      if (lock.getHoldCount() == 1) {
        for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
          next.run();
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
