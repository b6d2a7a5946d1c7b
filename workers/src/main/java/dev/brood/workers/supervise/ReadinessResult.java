package dev.brood.workers.supervise;

/** How the wait for a child to come up has ended. */
sealed interface ReadinessResult {
  /** It is up. */
  record Ready() implements ReadinessResult {}

  /**
   * It is not, and nobody waits for it any more.
   *
   * @param reason for people: "not ready within 30 s: ..."
   */
  record NotReady(String reason) implements ReadinessResult {}

  /** The child has ended before, and how is for those to judge who see its end. */
  record Ended() implements ReadinessResult {}
}
