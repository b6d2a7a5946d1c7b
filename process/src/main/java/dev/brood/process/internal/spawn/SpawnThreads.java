package dev.brood.process.internal.spawn;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;

/**
 * The few threads that start children for virtual threads, which a start would pin, and for
 * processes with many descriptors. Thread-safe.
 */
final class SpawnThreads {
  static final String THREAD_NAME = "brood-spawner-";

  /** How many there are at most. */
  static final int MOST = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);

  private final Semaphore free = new Semaphore(MOST);
  private final Deque<SpawnThread> idle = new ArrayDeque<>();
  private int made;

  /** A thread for one start, to be given back; waits for a free one, for as long as starts take. */
  SpawnThread take() throws SpawnFailure {
    free.acquireUninterruptibly();
    boolean taken = false;
    try {
      SpawnThread thread = idleOrNew();
      taken = true;
      return thread;
    } finally {
      if (!taken) {
        free.release();
      }
    }
  }

  void giveBack(SpawnThread thread) {
    synchronized (this) {
      idle.addFirst(thread);
    }
    free.release();
  }

  /** Whether somebody waits in {@link #take}. */
  boolean isWaitedFor() {
    return free.hasQueuedThreads();
  }

  private synchronized SpawnThread idleOrNew() throws SpawnFailure {
    SpawnThread thread = idle.pollFirst();
    if (thread == null) {
      thread = new SpawnThread(this, THREAD_NAME + made);
      made++;
    }
    return thread;
  }

  /** Whether an idle thread may end: not if it has just been taken. */
  synchronized boolean retire(SpawnThread thread) {
    if (!idle.contains(thread)) {
      return false;
    }
    thread.retired();
    return true;
  }
}
