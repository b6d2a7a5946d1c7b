package dev.brood.workers.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a reload did. Immutable.
 *
 * @param replacements who serves instead of whom, in order; after a roll-back those that are left
 * @param endings how each worker went that was told to go, by its id; new ones that failed included
 * @param problem why the reload did not come to its end; empty if it did
 * @param rolledBack whether the cluster is back at the program that it had
 * @param duration how long it took, the last old worker's end included
 */
public record ReloadReport(
    List<Replacement> replacements,
    Map<Integer, WorkerEnding> endings,
    Optional<String> problem,
    boolean rolledBack,
    Duration duration) {
  /** A worker and the one that came in its place, by their ids. */
  public record Replacement(int oldId, int newId) {}

  /** Copies the collections. */
  public ReloadReport {
    replacements = List.copyOf(replacements);
    endings = Map.copyOf(endings);
  }

  /** Whether every worker was replaced. */
  public boolean completed() {
    return problem.isEmpty();
  }
}
