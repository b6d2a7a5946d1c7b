package dev.brood.process.internal.io;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Threads that are parked until something happens. Guarded by its owner, but for unparking. */
final class Waiters {
  private final List<Thread> threads = new ArrayList<>(2);

  void add(Thread thread) {
    if (!threads.contains(thread)) {
      threads.add(thread);
    }
  }

  /** This one in place of who was there: where one thread at a time waits. */
  void set(Thread thread) {
    threads.clear();
    threads.add(thread);
  }

  void remove(Thread thread) {
    threads.remove(thread);
  }

  boolean contains(Thread thread) {
    return threads.contains(thread);
  }

  boolean isEmpty() {
    return threads.isEmpty();
  }

  /**
   * All, who are no longer here: to be unparked, best without the owner's monitor, since whoever
   * wakes wants it next and may run before this thread.
   */
  List<Thread> take() {
    if (threads.isEmpty()) {
      return List.of();
    }
    List<Thread> taken = List.copyOf(threads);
    threads.clear();
    return taken;
  }

  static void unpark(List<Thread> threads) {
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
  }
}
