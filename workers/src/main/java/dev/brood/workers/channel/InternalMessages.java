package dev.brood.workers.channel;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Internal messages on their way to a cluster. A worker may speak before the cluster listens: the
 * first {@value #MOST_EARLY} are kept for it. Thread-safe.
 */
final class InternalMessages {
  static final int MOST_EARLY = 64;

  private record Early(Map<?, ?> message, @Nullable Handle handle) {}

  private final Queue<Early> early = new ArrayDeque<>();
  private @Nullable InternalHandler handler;
  private boolean over;

  /**
   * From now on, and for what has come already.
   *
   * @return false if there is a handler already
   */
  synchronized boolean handle(InternalHandler newHandler) {
    if (handler != null) {
      return false;
    }
    handler = newHandler;
    for (Early next = early.poll(); next != null; next = early.poll()) {
      newHandler.handle(next.message(), next.handle());
    }
    return true;
  }

  synchronized void arrived(Map<?, ?> message, @Nullable Handle handle) {
    if (handler != null) {
      handler.handle(message, handle);
    } else if (ClusterLink.isCluster(message) && !over && early.size() < MOST_EARLY) {
      early.add(new Early(message, handle));
    } else if (handle != null) {
      handle.close();
    }
  }

  /** Nobody will ask any more. */
  synchronized void close() {
    over = true;
    early.forEach(InternalMessages::discard);
    early.clear();
  }

  private static void discard(Early message) {
    Handle handle = message.handle();
    if (handle != null) {
      handle.close();
    }
  }
}
