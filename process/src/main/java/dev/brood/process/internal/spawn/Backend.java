package dev.brood.process.internal.spawn;

/**
 * Starts children on one operating system. All that Brood does to a kernel lies behind this
 * interface and {@link OsProcess}, so that another system's backend can stand beside Linux's.
 */
public interface Backend {
  /**
   * Starts a child; blocks the caller for the time of a spawn, and for the plan's head start where
   * the wait for the child's end costs less inside than outside. Thread-safe.
   */
  Started start(SpawnPlan plan) throws SpawnFailure;
}
