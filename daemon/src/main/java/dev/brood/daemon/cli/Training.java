package dev.brood.daemon.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the launcher runs while the JVM records an AOT cache: each command once, so that what they
 * load and link is in it. Not a command of its own.
 */
final class Training {
  /**
   * An app that is restarted, one that waits, and one that says on its channel when it is ready,
   * shows its progress and has its health watched.
   */
  private static final String FILE =
      """
      apps:
        - {name: one, script: echo, args: [text], depends_on: two}
        - name: two
          script: echo up; exit 3
          ready: {line: up}
          max_restarts: 1
          depends_on: {three: completed}
        - name: three
          script: echo '{"brood":"ready"}' >&$NODE_CHANNEL_FD; sleep 0.2; echo 50 %; sleep 0.2
          ready: message
          health: {command: "true", period: 50}
          progress: percent
      """;

  private Training() {}

  public static void main(String[] arguments) throws IOException {
    try (PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8)) {
      Path file = Files.createTempFile("brood-training", ".yaml");
      try {
        Files.writeString(file, FILE);
        Brood.run(new String[] {"--version"}, out, out);
        Brood.run(new String[] {"--help"}, out, out);
        Brood.run(new String[] {"up", "--help"}, out, out);
        Brood.run(new String[] {"run", "--timeout", "10s", "--", "true"}, out, out);
        Brood.run(new String[] {"run", "--timeout", "10s", "--json", "--", "false"}, out, out);
        Brood.run(new String[] {"tree", Long.toString(ProcessHandle.current().pid())}, out, out);
        Brood.run(new String[] {"up", file.toString()}, out, out);
      } finally {
        Files.delete(file);
      }
    }
    System.exit(0);
  }
}
