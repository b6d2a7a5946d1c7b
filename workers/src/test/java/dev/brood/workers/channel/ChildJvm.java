package dev.brood.workers.channel;

import dev.brood.process.Command;
import dev.brood.testkit.Census;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;

/** How to start a program of these tests in a JVM of its own. */
public final class ChildJvm {
  private ChildJvm() {}

  /** A command that runs {@code main} of a class. */
  public static Command command(Class<?> main, String... arguments) {
    List<String> words = new ArrayList<>();
    words.add(System.getProperty("java.home") + "/bin/java");
    words.addAll(
        List.of(
            "-Xshare:auto",
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            Stream.of(
                    Command.class,
                    Channel.class,
                    main,
                    Census.class,
                    JsonNode.class,
                    JsonParser.class,
                    tools.jackson.dataformat.cbor.CBORFactory.class,
                    com.fasterxml.jackson.annotation.JsonIgnore.class)
                .map(ChildJvm::location)
                .distinct()
                .collect(Collectors.joining(":")),
            main.getName()));
    words.addAll(List.of(arguments));
    return Command.of(words);
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
