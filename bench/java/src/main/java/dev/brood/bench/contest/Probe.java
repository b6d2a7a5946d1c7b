package dev.brood.bench.contest;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Starts a virtual thread that does nothing every few milliseconds and keeps the longest time one
 * waited until it ran; also keeps the largest number of platform threads seen.
 */
final class Probe {
  private static final long INTERVAL_NANOS = 3_000_000;
  private static final int THREADS_EVERY = 8;

  private final AtomicLong longestNanos = new AtomicLong();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Thread thread = Thread.ofPlatform().daemon().name("probe").unstarted(this::watch);
  private volatile boolean stopped;
  private volatile boolean paused;
  private volatile long mostThreads;

  Probe() {
    thread.start();
  }

  /** While paused, no new virtual thread is started and what the earlier ones waited is kept. */
  void pause(boolean value) {
    paused = value;
  }

  double longestMillis() {
    return longestNanos.get() / 1e6;
  }

  long mostThreads() {
    return mostThreads;
  }

  private void watch() {
    for (int turn = 0; !stopped; turn++) {
      if (!paused) {
        waiting.incrementAndGet();
        long begin = System.nanoTime();
        Thread.startVirtualThread(() -> ran(begin));
      }
      if (turn % THREADS_EVERY == 0) {
        countThreads();
      }
      LockSupport.parkNanos(INTERVAL_NANOS);
    }
  }

  private void ran(long begin) {
    longestNanos.accumulateAndGet(System.nanoTime() - begin, Math::max);
    waiting.decrementAndGet();
  }

  private void countThreads() {
    try {
      mostThreads = Math.max(mostThreads, Meter.status("Threads"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ends when every started virtual thread has run. */
  void finish() throws InterruptedException {
    stopped = true;
    thread.join();
    while (waiting.get() > 0) {
      LockSupport.parkNanos(INTERVAL_NANOS);
    }
  }
}
