package dev.brood.process.internal.io;

import dev.brood.process.internal.linux.Descriptors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the system calls that are under way with a descriptor. It is closed by the last of them,
 * because its number may belong to another file right afterwards. Thread-safe, and takes no lock.
 */
final class DescriptorUse {
  private static final int CLOSED = Integer.MIN_VALUE;

  private final int fd;

  /** How many calls are under way; negative once it is closed. */
  private final AtomicInteger calls = new AtomicInteger();

  DescriptorUse(int fd) {
    this.fd = fd;
  }

  /** Begins a call, which has to {@link #leave}; false if it is closed. */
  boolean enter() {
    int before = calls.get();
    while (before >= 0 && !calls.compareAndSet(before, before + 1)) {
      before = calls.get();
    }
    return before >= 0;
  }

  void leave() {
    if (calls.decrementAndGet() == CLOSED) {
      Descriptors.close(fd);
    }
  }

  boolean isClosed() {
    return calls.get() < 0;
  }

  /** No call begins any more; idempotent. */
  void close() {
    int before = calls.getAndUpdate(count -> count | CLOSED);
    if (before == 0) {
      Descriptors.close(fd);
    }
  }
}
