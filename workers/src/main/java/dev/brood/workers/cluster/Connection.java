package dev.brood.workers.cluster;

import dev.brood.workers.channel.Handle;

/** An accepted connection that no worker has taken yet. Owned by one queue or offer at a time. */
final class Connection implements AutoCloseable {
  private final Handle handle;

  Connection(int descriptor) {
    this.handle = Handle.of(descriptor, Handle.Kind.NATIVE).keepOpen();
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
