package dev.brood.workers.supervise;

/** Where a child of a supervisor stands. The transitions are in docs/state-machines.md. */
public enum ChildState {
  /** Not running, and not meant to: stopped by a call or with the supervisor. */
  STOPPED,
  /** To be started, when its dependencies and its turn allow. */
  WAITING,
  /** To be started, when its {@link Backoff} has passed. */
  BACKING_OFF,
  /** Started, or about to be, and not ready yet. */
  STARTING,
  /** Ready. */
  RUNNING,
  /** Asked to end. */
  STOPPING,
  /** Ended by itself, and not to be restarted. */
  COMPLETED,
  /** Died too often, see {@link GiveUp}, or cannot be ended; restarted slowly or not at all. */
  GIVEN_UP;

  /** Whether there is a process, or may be one. */
  boolean isLive() {
    return switch (this) {
      case STARTING, RUNNING, STOPPING -> true;
      case STOPPED, WAITING, BACKING_OFF, COMPLETED, GIVEN_UP -> false;
    };
  }
}
