package dev.brood.workers.sdk;

import dev.brood.process.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A Node other than the one that is installed: its newest release of a major version, as npm has
 * it.
 *
 * @param folder where its {@code node} lies
 */
public record NodeVersion(int major, Path folder) {
  private static final int[] MAJORS = {18, 20, 22, 24, 26};

  /** All that the channel is made for. */
  public static Stream<NodeVersion> all() throws IOException, InterruptedException {
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    String source = "npm:node-linux-" + (arm ? "arm64" : "x64");
    String[] packages =
        Arrays.stream(MAJORS)
            .mapToObj(major -> "node%d@%s@%d".formatted(major, source, major))
            .toArray(String[]::new);
    Path modules = NpmPackages.install("node", packages);
    return IntStream.of(MAJORS)
        .mapToObj(major -> new NodeVersion(major, modules.resolve("node" + major + "/bin")));
  }

  /** Those that write and read every value: 18 lacks resizable buffers. */
  public static Stream<NodeVersion> complete() throws IOException, InterruptedException {
    return all().filter(version -> version.major > 18);
  }

  /** The command with this {@code node} before all others. */
  public Command first(Command command) {
    return command.env("PATH", folder + ":" + System.getenv("PATH"));
  }

  @Override
  public String toString() {
    return "Node " + major;
  }
}
