package dev.brood.workers.event;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for threads that end soon; an interrupt does not cut that short, and stays set. */
public final class ThreadEnd {
  private static final Duration FOREVER = Duration.ofDays(36_500);

  private ThreadEnd() {}

  /** Waits as long as it takes. The calling thread does not wait for itself. */
  public static void await(Thread thread) {
    boolean unused = await(thread, FOREVER);
  }

  /** Waits that long at most; whether it has ended. The calling thread does not wait for itself. */
  public static boolean await(Thread thread, Duration limit) {
    if (thread == Thread.currentThread()) {
      return false;
    }
    long end = System.nanoTime() + Math.min(TimeUnit.NANOSECONDS.convert(limit), FOREVER.toNanos());
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return thread.join(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
