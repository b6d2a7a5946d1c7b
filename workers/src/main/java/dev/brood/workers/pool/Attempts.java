package dev.brood.workers.pool;

import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Something that has to be done, and fails while the system is short of descriptors or memory: it
 * is tried some times, with a pause after each.
 */
final class Attempts {
  static final int MOST = 10;

  private static final System.Logger LOGGER = System.getLogger("dev.brood.workers");

  private Attempts() {}

  /**
   * Does it on this thread, which nobody interrupts. What it throws is logged.
   *
   * @param what it is, for people
   * @return false if it has failed {@value #MOST} times
   */
  static boolean at(String what, Runnable work, Duration pause) {
    for (int attempt = 1; attempt <= MOST; attempt++) {
      try {
        work.run();
        return true;
      } catch (RuntimeException | Error e) {
        LOGGER.log(Level.WARNING, "{0}: attempt {1} of {2}: {3}", what, attempt, MOST, e);
      }
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        throw new AssertionError("nobody has this thread to interrupt it", e);
      }
    }
    return false;
  }
}
