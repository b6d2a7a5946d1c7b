package dev.brood.process;

import dev.brood.testkit.Census;
import dev.brood.testkit.ClassPath;
import java.util.ArrayList;
import java.util.List;

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
            ClassPath.of(Command.class, main, Census.class),
            main.getName()));
    words.addAll(List.of(arguments));
    return words;
  }

  /** Runs it behind a line of {@code sh} that ends with {@code exec ... "$@"}. */
  static Command behind(String line, Class<?> main, String... arguments) {
    return Command.of("sh", "-c", line, "sh").args(words(main, arguments));
  }
}
