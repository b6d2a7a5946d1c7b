package dev.brood.workers.supervise;

/** What a supervisor does, besides telling, about a child that is not well any more. */
public enum UnhealthyAction {
  /** Nothing: whoever listens decides. */
  REPORT,
  /** Stops it and starts it again, whatever its restart type; it counts as a death. */
  RESTART,
  /** Stops it, and leaves it stopped. */
  STOP
}
