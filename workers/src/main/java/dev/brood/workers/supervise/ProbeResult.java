package dev.brood.workers.supervise;

/** What one look at a child has shown. */
sealed interface ProbeResult {
  /** It is well. */
  record Passed() implements ProbeResult {}

  /**
   * It is not, or it could not be found out.
   *
   * @param reason for people
   */
  record Failed(String reason) implements ProbeResult {}
}
