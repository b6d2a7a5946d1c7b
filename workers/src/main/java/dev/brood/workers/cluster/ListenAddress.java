package dev.brood.workers.cluster;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a worker wants to listen, or listens. Immutable. */
public sealed interface ListenAddress {
  /**
   * A TCP port.
   *
   * @param host a literal IP address; null for all addresses of this machine
   * @param port 0 asks for any free one, the same for all workers
   */
  record Tcp(@Nullable String host, int port) implements ListenAddress {
    /** The host; empty for all addresses. */
    public Optional<String> address() {
      return Optional.ofNullable(host);
    }

    @Override
    public String toString() {
      return Texts.hostPort(host, port);
    }
  }

  /** A Unix stream socket of that absolute path. */
  record UnixPath(String path) implements ListenAddress {
    @Override
    public String toString() {
      return path;
    }
  }

  /**
   * A UDP port.
   *
   * @param host a literal IP address
   * @param port 0 asks for any free one, the same for all workers
   */
  record Udp(String host, int port) implements ListenAddress {
    @Override
    public String toString() {
      return "udp " + Texts.hostPort(host, port);
    }
  }

  /** A listening or bound socket that this process, the primary, has open under that number. */
  record Descriptor(int number) implements ListenAddress {
    @Override
    public String toString() {
      return "descriptor " + number;
    }
  }
}
