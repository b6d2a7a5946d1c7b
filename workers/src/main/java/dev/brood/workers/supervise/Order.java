package dev.brood.workers.supervise;

/** What the children of a supervisor wait for when several of them start or stop. */
public enum Order {
  /**
   * As in OTP: each is started when the one before it is ready, and stopped when those after it
   * have ended.
   */
  SEQUENCE,
  /** Only for their dependencies: the others start at the same time, and stop at the same time. */
  DEPENDENCIES
}
