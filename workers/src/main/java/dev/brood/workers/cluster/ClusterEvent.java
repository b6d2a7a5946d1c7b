package dev.brood.workers.cluster;

import dev.brood.process.Exit;

/** Something that happened in a cluster. Immutable. */
public sealed interface ClusterEvent {
  /** The worker that it happened to. */
  ClusterWorker worker();

  /** A worker was started. */
  record Forked(ClusterWorker worker) implements ClusterEvent {}

  /** A worker runs and has joined the cluster. */
  record Online(ClusterWorker worker) implements ClusterEvent {}

  /** A worker listens on an address, with the real port. */
  record Listening(ClusterWorker worker, ListenAddress address) implements ClusterEvent {}

  /**
   * A worker could not have an address.
   *
   * @param errno the positive error number of Linux, 98 for EADDRINUSE
   */
  record ListenFailed(ClusterWorker worker, ListenAddress address, int errno)
      implements ClusterEvent {}

  /** The channel of a worker has ended; its exit comes before or after that. */
  record Disconnected(ClusterWorker worker) implements ClusterEvent {}

  /** A worker's process has ended. */
  record Exited(ClusterWorker worker, Exit exit) implements ClusterEvent {}

  /** A worker ended unasked and was not replaced: {@link Cluster#restartLimit} is reached. */
  record NotRestarted(ClusterWorker worker) implements ClusterEvent {}
}
