package dev.brood.workers.cluster;

/** How far a worker is. A worker may skip states but never goes back. */
public enum WorkerState {
  /** Started; has not said anything yet. */
  NONE,
  /** Runs, as a member of the cluster. */
  ONLINE,
  /** Listens on at least one address, or did. */
  LISTENING,
  /** Its channel has ended; the process may live on while it serves its last connections. */
  DISCONNECTED,
  /** The process has ended. */
  DEAD
}
