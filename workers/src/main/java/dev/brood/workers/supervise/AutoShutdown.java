package dev.brood.workers.supervise;

/**
 * Whether a supervisor ends when significant children have ended for good: completed, given up and
 * not to be tried again, or alive and not to be ended. One that was stopped, by a call or because
 * it was unhealthy, ends no supervisor, but is not waited for either.
 */
public enum AutoShutdown {
  /** It does not; then no child may be significant. */
  NEVER,
  /** With the first of them. */
  ANY_SIGNIFICANT,
  /** When none of them is left. */
  ALL_SIGNIFICANT
}
