package dev.brood.process;

import dev.brood.testkit.Census;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How to start a program of these tests in a JVM of its own. */
final class ChildJvm {
  private ChildJvm() {}

  /** The words that run {@code main} of a class, to be put behind whatever prepares its start. */
  static List<String> words(Class<?> main, String... arguments) {
    List<String> words = new ArrayList<>();
    words.add(System.getProperty("java.home") + "/bin/java");
    words.addAll(
        List.of(
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            Stream.of(Command.class, main, Census.class)
                .map(ChildJvm::location)
                .distinct()
                .collect(Collectors.joining(":")),
            main.getName()));
    words.addAll(List.of(arguments));
    return words;
  }

  /** Runs it behind a line of {@code sh} that ends with {@code exec ... "$@"}. */
  static Command behind(String line, Class<?> main, String... arguments) {
    return Command.of("sh", "-c", line, "sh").args(words(main, arguments));
  }

  private static String location(Class<?> type) {
    // The class file itself says where it lies, be the module patched or not.
    String name = type.getName().replace('.', '/') + ".class";
    URL url = Objects.requireNonNull(type.getResource("/" + name));
    try {
      String path =
          url.getProtocol().equals("jar")
              ? url.getPath().replaceFirst("^file:", "").replaceFirst("!.*", "")
              : url.toURI().getPath();
      return path.endsWith(".jar") ? path : path.substring(0, path.length() - name.length() - 1);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
