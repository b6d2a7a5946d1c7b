package dev.brood.workers.supervise;

/** That a child has turned well or unwell, by the thresholds of its {@link Health}. */
sealed interface HealthChange {
  /** It is well: the first time, or again. */
  record Healthy() implements HealthChange {}

  /**
   * It is not well.
   *
   * @param reason what the last look has shown
   * @param failures how many looks in a row have failed
   */
  record Unhealthy(String reason, int failures) implements HealthChange {}
}
