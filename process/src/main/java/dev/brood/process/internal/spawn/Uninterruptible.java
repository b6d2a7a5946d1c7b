package dev.brood.process.internal.spawn;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits that an interrupt does not cut short, for what surely ends soon; the flag stays set. */
public final class Uninterruptible {
  private static final long FOREVER_NANOS = Long.MAX_VALUE / 4;

  private Uninterruptible() {}

  /** Waits for the end of a task; why it failed, or null if it did not. */
  public static @Nullable Throwable await(Future<?> task) {
    awaitUntil(task, System.nanoTime() + FOREVER_NANOS);
    return task.state() == Future.State.FAILED ? task.exceptionNow() : null;
  }

  /**
   * Waits for the end of a task, however it ends; false when time is up.
   *
   * @param endNanos on the scale of {@link System#nanoTime}
   */
  public static boolean awaitUntil(Future<?> task, long endNanos) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get(Math.max(0, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
          return true;
        } catch (ExecutionException e) {
          return true;
        } catch (TimeoutException e) {
          return false;
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
