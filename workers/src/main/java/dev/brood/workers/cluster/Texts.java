package dev.brood.workers.cluster;

import org.jspecify.annotations.Nullable;

/** How addresses are written. */
final class Texts {
  private Texts() {}

  static String hostPort(@Nullable String host, int port) {
    if (host == null) {
      return "*:" + port;
    }
    return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }
}
