package dev.brood.workers.cluster;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A listening or bound socket and the workers that use it. Guarded by the primary. */
abstract sealed class ListeningPoint permits RoundRobin, Shared {
  private final Query first;
  private final @Nullable String socketFile;

  ListeningPoint(Query first, ListenAddress bound) {
    this.first = first;
    this.socketFile = bound instanceof ListenAddress.UnixPath unix ? unix.path() : null;
  }

  /** What workers call it. */
  String key() {
    return first.key();
  }

  /** The data of the worker that asked first, which all get: keys of TLS session tickets. */
  @Nullable Object data() {
    return first.data();
  }

  /** Answers a worker that asks for this socket, and lets it have its share. */
  abstract void join(Member member, Map<String, @Nullable Object> reply);

  /** A worker does not listen here any more, or must not get anything more. */
  abstract void leave(Member member);

  /** Whether no worker uses it. */
  abstract boolean isEmpty();

  /** Closes the socket, and what waits in it. */
  void close() {
    if (socketFile != null) {
      Binding.unlink(socketFile);
    }
  }
}
