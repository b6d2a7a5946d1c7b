package dev.brood.workers.supervise;

/** Whether a {@link CircuitBreaker} lets calls through. */
public enum BreakerState {
  /** All. */
  CLOSED,
  /** None. */
  OPEN,
  /** A few, to see whether they succeed again. */
  HALF_OPEN
}
