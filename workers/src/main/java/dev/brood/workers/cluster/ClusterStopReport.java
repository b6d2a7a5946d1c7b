package dev.brood.workers.cluster;

import java.time.Duration;
import java.util.Map;

/**
 * What a stop did. Immutable.
 *
 * @param endings how each worker went that was alive, by its id
 * @param duration how long it took
 */
public record ClusterStopReport(Map<Integer, WorkerEnding> endings, Duration duration) {
  /** Copies the map. */
  public ClusterStopReport {
    endings = Map.copyOf(endings);
  }

  /** Whether every worker went by itself. */
  public boolean graceful() {
    return endings.values().stream().allMatch(ending -> ending == WorkerEnding.BY_ITSELF);
  }
}
