package dev.brood.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * An example that runs as its user would run it: a program in a JVM of its own. Closing it ends it.
 *
 * @param process the JVM
 * @param folder its directory
 */
public record ExampleRun(Process process, Path folder) implements AutoCloseable {
  private static final int LIMIT_SECONDS = 100;
  private static final long LOOK_NANOS = 20_000_000;

  /** Starts one that reads nothing. */
  public static ExampleRun start(Path folder, String program, String... arguments)
      throws IOException {
    return start(folder, Path.of("/dev/null"), program, arguments);
  }

  /** Starts one that reads a file. */
  public static ExampleRun start(Path folder, Path input, String program, String... arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                program));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(folder.resolve("output").toFile())
            .redirectError(folder.resolve("errors").toFile())
            .redirectInput(input.toFile())
            .start();
    return new ExampleRun(process, folder);
  }

  /** Waits until it has printed a text. */
  public void awaitOutput(String text) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!output().contains(text)) {
      assertThat(System.nanoTime() - deadline).as(() -> "in time; " + told()).isNegative();
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** Waits for its end. */
  public int exit() throws InterruptedException {
    assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS))
        .as(() -> "ended; " + told())
        .isTrue();
    return process.exitValue();
  }

  /** What it has printed. */
  public String output() {
    return ShownOutput.read(folder.resolve("output"));
  }

  /** What it has printed to standard error. */
  public String errors() {
    return ShownOutput.read(folder.resolve("errors"));
  }

  /** All that it has printed, for people. */
  public String told() {
    return "output:\n" + output() + "errors:\n" + errors();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
