package dev.brood.workers.supervise;

/** Whether a supervisor ends when significant children have ended by themselves. */
public enum AutoShutdown {
  /** It does not; then no child may be significant. */
  NEVER,
  /** With the first of them. */
  ANY_SIGNIFICANT,
  /** With the last of them. */
  ALL_SIGNIFICANT
}
