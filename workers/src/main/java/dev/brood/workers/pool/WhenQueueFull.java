package dev.brood.workers.pool;

/** What happens to a call for which the queue of a pool has no room. */
public enum WhenQueueFull {
  /** It fails with {@link CallRejectedException}. */
  REJECT,
  /** Its caller waits for room, until the deadline of the call if it has one. */
  BLOCK,
  /**
   * It takes the place of the oldest call of the lowest priority, which fails with {@link
   * CallRejectedException}; a call that is itself of a lower priority than all fails so.
   */
  DROP_OLDEST
}
