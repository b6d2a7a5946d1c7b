package dev.brood.workers.cluster;

import dev.brood.workers.channel.ClusterLink;
import dev.brood.workers.channel.Handle;

/** An accepted connection that no worker has taken yet. Owned by one queue or offer at a time. */
final class Connection implements AutoCloseable {
  private final Handle handle;

  /** Takes over a descriptor. */
  Connection(int descriptor) {
    this.handle = ClusterLink.connection(descriptor);
  }

  Handle handle() {
    return handle;
  }

  /** Closes our copy: a worker has its own, or nobody wants it. */
  @Override
  public void close() {
    handle.close();
  }
}
