package dev.brood.workers.cluster;

import dev.brood.workers.fork.Fork;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/** The Node programs of these tests, which are ordinary servers. */
final class Scripts {
  private Scripts() {}

  static Fork node(String name, String... arguments) {
    return Fork.node(path(name).toString(), arguments);
  }

  static Path path(String name) {
    try {
      return Path.of(Objects.requireNonNull(Scripts.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
