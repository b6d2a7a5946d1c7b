package dev.brood.daemon.apps;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a plan needs to know of the machine.
 *
 * @param environment the variables that every app inherits
 * @param processors what {@code instances: max} stands for
 */
public record Host(Map<String, String> environment, int processors) {
  /** Where programs are looked for when there is no PATH; the default of glibc's execvp(3). */
  private static final String STANDARD_PATH = "/bin:/usr/bin";

  /** Copies the map. */
  public Host {
    environment = Map.copyOf(environment);
  }

  /** This process' environment and this machine's processors. */
  public static Host current() {
    return new Host(System.getenv(), Runtime.getRuntime().availableProcessors());
  }

  /** The executable file of that name in the folders of a PATH, if there is one. */
  static Optional<Path> find(String program, Optional<String> path) {
    for (String folder : path.orElse(STANDARD_PATH).split(":", -1)) {
      try {
        Path file = Path.of(folder.isEmpty() ? "." : folder, program);
        if (Files.isRegularFile(file) && Files.isExecutable(file)) {
          return Optional.of(file);
        }
      } catch (InvalidPathException _) {
        // A folder that cannot exist holds no program.
      }
    }
    return Optional.empty();
  }
}
