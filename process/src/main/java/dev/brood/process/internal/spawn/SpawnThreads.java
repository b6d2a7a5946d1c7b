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

  private static final int MOST = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);

  private final Semaphore free = new Semaphore(MOST);
  private final Deque<SpawnThread> idle = new ArrayDeque<>();
  private int made;

  /** Makes a call on one of the threads; waits for a free one, for as long as starts take. */
  void make(SpawnCall call, int[] sources, boolean many) throws SpawnFailure {
    free.acquireUninterruptibly();
    try {
      SpawnThread thread = take();
      try {
        thread.make(call, sources, many);
      } finally {
        giveBack(thread);
      }
    } finally {
      free.release();
    }
  }

  /** Whether an idle thread may end: not if it has just been taken. */
  synchronized boolean retire(SpawnThread thread) {
    if (!idle.contains(thread)) {
      return false;
    }
    thread.retired();
    return true;
  }

  private synchronized SpawnThread take() throws SpawnFailure {
    SpawnThread thread = idle.pollFirst();
    if (thread == null) {
      thread = new SpawnThread(this, THREAD_NAME + made);
      made++;
    }
    return thread;
  }

  private synchronized void giveBack(SpawnThread thread) {
    idle.addFirst(thread);
  }
}
