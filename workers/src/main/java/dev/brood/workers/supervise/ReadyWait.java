package dev.brood.workers.supervise;

/** Waits for one child to be ready. */
@FunctionalInterface
interface ReadyWait {
  /**
   * Waits; leaves nothing behind.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  ReadinessResult await(ProbedChild child, StartLimit limit) throws InterruptedException;
}
