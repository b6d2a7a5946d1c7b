package dev.brood.workers.cluster;

/** How a worker went that was told to go. */
public enum WorkerEnding {
  /** It served its last connections and ended, or had ended before. */
  BY_ITSELF,
  /** SIGTERM was needed. */
  TERMINATED,
  /** SIGKILL was needed. */
  KILLED
}
