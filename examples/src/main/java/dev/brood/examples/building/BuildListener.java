package dev.brood.examples.building;

import dev.brood.workers.watch.ProgressTracker;
import java.time.Duration;

/** Told what goes on in a build, by several threads at once. */
interface BuildListener {
  /** A step is run, for the first time or again. */
  void started(String step, ProgressTracker progress);

  /** A step has failed and is tried again. */
  void retried(String step, int attempt, String reason, Duration pause);

  /** A step is done, or will not be. */
  void ended(String step, StepResult result);
}
