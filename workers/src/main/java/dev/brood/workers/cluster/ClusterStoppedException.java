package dev.brood.workers.cluster;

import dev.brood.workers.channel.WorkersException;

/** The cluster is stopping or has stopped, so that it cannot do what was asked. */
public final class ClusterStoppedException extends WorkersException {
  private static final long serialVersionUID = 1;

  ClusterStoppedException(String message) {
    super(message);
  }
}
