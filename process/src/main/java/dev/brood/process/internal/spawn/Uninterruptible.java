package dev.brood.process.internal.spawn;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Waits that an interrupt does not cut short, for what surely ends soon; the flag stays set. */
final class Uninterruptible {
  private Uninterruptible() {}

  /** Waits for the end of a task; why it failed, or null if it did not. */
  static @Nullable Throwable await(Future<?> task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get();
          return null;
        } catch (ExecutionException e) {
          return e.getCause();
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
