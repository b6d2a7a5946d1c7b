package dev.brood.workers.channel;

import dev.brood.process.Command;
import dev.brood.testkit.Census;
import dev.brood.testkit.ClassPath;
import java.util.ArrayList;
import java.util.List;
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
            ClassPath.of(
                Command.class,
                Channel.class,
                main,
                Census.class,
                JsonNode.class,
                JsonParser.class,
                tools.jackson.dataformat.cbor.CBORFactory.class,
                com.fasterxml.jackson.annotation.JsonIgnore.class),
            main.getName()));
    words.addAll(List.of(arguments));
    return Command.of(words);
  }
}
