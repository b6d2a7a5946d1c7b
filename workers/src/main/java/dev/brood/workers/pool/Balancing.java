package dev.brood.workers.pool;

/** Which of several workers that have room gets the next call. */
public enum Balancing {
  /** The one whose last turn was the longest ago. */
  ROUND_ROBIN,
  /**
   * The one with the fewest calls under way; among equals the one that was at work last, unless it
   * failed: its caches are warm, and the others come to their idle time-out.
   */
  LEAST_BUSY,
  /** The less busy of two chosen at random. */
  POWER_OF_TWO_CHOICES,
  /**
   * Always the same slot for the same {@link CallOptions#key}, whatever the number of workers that
   * run now. A call waits for its slot, even if other workers have nothing to do.
   */
  BY_KEY
}
