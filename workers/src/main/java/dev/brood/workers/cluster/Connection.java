package dev.brood.workers.cluster;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.HandleException;

/** An accepted connection that no worker has taken yet. Owned by one queue or offer at a time. */
final class Connection implements AutoCloseable {
  private final Handle handle;

  private Connection(Handle handle) {
    this.handle = handle;
  }

  /**
   * Takes over a descriptor.
   *
   * @throws HandleException if it cannot be sent; it is closed then
   */
  static Connection of(int descriptor) {
    try {
      return new Connection(Handle.of(descriptor, Handle.Kind.NATIVE).keepOpen());
    } catch (HandleException e) {
      Descriptors.close(descriptor);
      throw e;
    }
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
