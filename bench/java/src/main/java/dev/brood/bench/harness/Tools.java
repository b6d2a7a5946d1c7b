package dev.brood.bench.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the contestants and the children of this machine are. */
final class Tools {
  private static final String TRUE = "/bin/true";

  private final Path home;
  private final Path built;
  private final Optional<String> node;
  private final Optional<String> python;

  Tools(Path home) throws IOException {
    this.home = home;
    this.built = home.resolve("bench/target");
    this.node = answer("node", "-p", "process.execPath");
    this.python = answer("python3", "-c", "import sys; print(sys.executable)");
  }

  Path home() {
    return home;
  }

  Path built() {
    return built;
  }

  /** The interpreter itself, not a shim in PATH that would start it. */
  Optional<String> node() {
    return node;
  }

  Optional<String> python() {
    return python;
  }

  /** Where packages of others are installed for Node; empty if they are not. */
  Optional<Path> peers() {
    Path peers = built.resolve("peers");
    return node.map(it -> peers).filter(it -> Files.exists(it.resolve("installed.json")));
  }

  boolean hasC() {
    return Files.isExecutable(built.resolve("contestant"));
  }

  /** The child that does nothing. */
  String noop() {
    return hasC() ? child("noop") : TRUE;
  }

  String child(String name) {
    return built.resolve(name).toString();
  }

  /** A child that prints zero bytes in pieces of 64 KiB. */
  List<String> zeros(long mebibytes) {
    return hasC()
        ? List.of(child("zeros"), String.valueOf(mebibytes << 20))
        : List.of("/bin/dd", "if=/dev/zero", "bs=64k", "count=" + mebibytes * 16, "status=none");
  }

  /** A child that prints many short lines. */
  List<String> lines(int count) {
    String amount = String.valueOf(count);
    return hasC() ? List.of(child("lines"), amount) : List.of("/usr/bin/seq", amount);
  }

  /** A child that prints a short line a second. Without a C compiler it is silent. */
  List<String> chatter(int seconds) {
    String amount = String.valueOf(seconds);
    return hasC() ? List.of(child("chatter"), amount) : List.of("/bin/sleep", amount);
  }

  /** A JVM with one of our launchers. */
  List<String> jvm(String launcher, boolean virtual, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("-Dbench.peer=" + nodeScript("peer.js"));
    command.add("-Dbench.adders=" + nodeScript("adders"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(ownJar() + ":" + libraries() + "/*");
    command.add("dev.brood.bench.contest.Contestant");
    command.add(launcher);
    command.add(virtual ? "virtual" : "platform");
    return command;
  }

  /** Not the folder of classes: with one in its class path no AOT cache can be made. */
  private Path ownJar() {
    return home.resolve("bench/java/target/brood-bench-0.1.0-SNAPSHOT.jar");
  }

  String nodeScript(String name) {
    return home.resolve("bench/node").resolve(name).toString();
  }

  private Path libraries() {
    return home.resolve("bench/java/target/lib");
  }

  /** File names of the libraries the JVM contestants run with. */
  List<String> libraryNames() throws IOException {
    try (var files = Files.list(libraries())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** What a program prints, or empty if it cannot be started or fails. */
  static Optional<String> answer(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? Optional.of(text.strip()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
