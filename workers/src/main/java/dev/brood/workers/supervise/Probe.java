package dev.brood.workers.supervise;

import dev.brood.process.Command;
import java.net.URI;

/** A look at a child from outside, which can be repeated. */
sealed interface Probe {
  /** Passes if something accepts a connection there. */
  record Tcp(String host, int port) implements Probe {
    public Tcp {
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException("a port is from 1 to 65535, not " + port);
      }
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /** Passes if GET is answered with a status from 200 to 399. */
  record Http(URI uri) implements Probe {
    public Http {
      String scheme = uri.getScheme();
      boolean web = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
      if (!web || uri.getHost() == null) {
        throw new IllegalArgumentException("a web address to look at has http and a host: " + uri);
      }
    }

    @Override
    public String toString() {
      return "GET " + uri;
    }
  }

  /** Passes if the command ends with one of its good exit codes. */
  record Run(Command command) implements Probe {
    @Override
    public String toString() {
      return command.commandLine();
    }
  }
}
