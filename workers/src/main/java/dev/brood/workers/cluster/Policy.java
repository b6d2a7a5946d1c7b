package dev.brood.workers.cluster;

/** Who accepts the connections of a listening socket. UDP sockets are always shared. */
public enum Policy {
  /**
   * The primary accepts and gives each connection to the worker that has been free for longest. A
   * connection whose worker dies before it has taken it goes to another one.
   */
  ROUND_ROBIN,

  /** All workers accept from the same socket, and the kernel decides. */
  SHARED
}
