package dev.brood.daemon.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.opentest4j.AssertionFailedError;

/**
 * The {@code brood} command as a process of its own, with the classes under test. Its stderr goes
 * to a file; its stdout is read line by line, so that a test waits for a line and not for a time.
 * Plain {@code ProcessBuilder}, so that Brood's engine does not vouch for itself.
 */
final class Cli implements AutoCloseable {
  private static final int LIMIT_SECONDS = 60;

  private final Process process;
  private final BufferedReader out;
  private final Path err;
  private final List<String> lines = new ArrayList<>();

  private Cli(Process process, Path err) {
    this.process = process;
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.err = err;
    // A test that waits for a line would otherwise wait for ever for one that never comes.
    process
        .onExit()
        .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
        .exceptionally(late -> process.destroyForcibly());
  }

  /** What an ended command gave. */
  record Ended(int code, String out, String err) {}

  /** Starts {@code brood} with these arguments in a directory. */
  static Cli start(Path directory, String... arguments) throws IOException {
    return start(directory, List.of(), Map.of(), arguments);
  }

  /** Starts {@code brood} behind a prefix such as setsid, with further variables. */
  static Cli start(
      Path directory, List<String> prefix, Map<String, String> variables, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(java());
    command.addAll(List.of(arguments));
    Path err = Files.createTempFile(directory, "stderr", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectError(err.toFile());
    builder.environment().keySet().removeAll(List.of("NO_COLOR", "FORCE_COLOR", "PORT"));
    builder.environment().putAll(variables);
    return new Cli(builder.start(), err);
  }

  /** Runs {@code brood} to its end. */
  static Ended run(Path directory, String... arguments) throws IOException, InterruptedException {
    try (Cli cli = start(directory, arguments)) {
      return cli.end();
    }
  }

  /** The command line that starts the classes under test, as JPMS modules. */
  static List<String> java() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=dev.brood.process",
        "--module-path",
        System.getProperty("jdk.module.path"),
        "--module",
        "dev.brood.daemon/dev.brood.daemon.cli.Brood");
  }

  long pid() {
    return process.pid();
  }

  /** Closes its stdin. */
  Cli noInput() throws IOException {
    process.getOutputStream().close();
    return this;
  }

  /** Reads stdout up to a line that contains the text. */
  String awaitLine(String text) throws IOException {
    return awaitLines(text).getFirst();
  }

  /**
   * Reads stdout until there was a line with each of the texts, in any order: those of two apps
   * come on two ways. The lines are returned in the order of the texts.
   */
  List<String> awaitLines(String... texts) throws IOException {
    Map<String, String> found = new LinkedHashMap<>();
    for (String text : texts) {
      found.put(text, "");
    }
    while (found.containsValue("")) {
      String line = out.readLine();
      if (line == null) {
        throw new AssertionFailedError(
            "stdout ended without all of %s: %s%nstderr: %s".formatted(found, lines, err()));
      }
      lines.add(line);
      found.replaceAll((text, before) -> before.isEmpty() && line.contains(text) ? line : before);
    }
    return List.copyOf(found.values());
  }

  /** Closes our end of its stdout, as {@code head} does. */
  void closeOut() throws IOException {
    out.close();
  }

  /** Sends a signal to the command alone. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(pid())).inheritIO().start().waitFor();
  }

  /** Waits until stderr holds the text. */
  void awaitErr(String text) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!err().contains(text)) {
      if (System.nanoTime() - end > 0 || !process.isAlive()) {
        throw new AssertionFailedError("stderr has no \"" + text + "\": " + err());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /** What stderr holds so far. */
  String err() throws IOException {
    return Files.readString(err);
  }

  /** Reads stdout to its end and waits for the exit. */
  Ended end() throws IOException, InterruptedException {
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      lines.add(line);
    }
    return exit();
  }

  /** Waits for the exit alone. */
  Ended exit() throws IOException, InterruptedException {
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionFailedError("brood did not end: " + lines + "\n" + err());
    }
    return new Ended(process.exitValue(), String.join("\n", lines), err());
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
      out.close();
      process.getOutputStream().close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
