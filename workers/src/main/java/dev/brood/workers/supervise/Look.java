package dev.brood.workers.supervise;

import java.time.Duration;

/** One look at a child. */
@FunctionalInterface
interface Look {
  /**
   * Looks.
   *
   * @param limit how long it may take
   */
  ProbeResult look(Duration limit) throws InterruptedException;

  /** As {@link #look}; whatever it throws is a look that has failed, and the next may be better. */
  default ProbeResult tryToLook(Duration limit) throws InterruptedException {
    try {
      return look(limit);
    } catch (RuntimeException | Error e) {
      return new ProbeResult.Failed(e.toString());
    }
  }

  /** What a probe sees. */
  static Look of(Probe probe) {
    return switch (probe) {
      case Probe.Tcp(String host, int port) -> limit -> SocketLook.tcp(host, port, limit);
      case Probe.Http(var uri) -> limit -> SocketLook.http(uri, limit);
      case Probe.Run(var command) -> limit -> CommandLook.run(command, limit);
    };
  }
}
