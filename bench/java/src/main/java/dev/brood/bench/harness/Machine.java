package dev.brood.bench.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What has to be known about the machine and the programs to read the figures. */
final class Machine {
  private Machine() {}

  static Map<String, String> facts(Tools tools) throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Date", DateTimeFormatter.ISO_LOCAL_DATE.format(ZonedDateTime.now(ZoneOffset.UTC)));
    facts.put("Commit", commit(tools.home()));
    facts.put(
        "Processors",
        Runtime.getRuntime().availableProcessors() + " x " + field("/proc/cpuinfo", "model name"));
    facts.put("Memory", field("/proc/meminfo", "MemTotal"));
    facts.put("Kernel", System.getProperty("os.version") + ", " + System.getProperty("os.arch"));
    facts.put("System", field("/etc/os-release", "PRETTY_NAME"));
    facts.put("C library", said("getconf", "GNU_LIBC_VERSION"));
    facts.put(
        "JVM", System.getProperty("java.vendor.version") + ", " + Runtime.version().toString());
    facts.put("Libraries", String.join(", ", tools.libraryNames()));
    facts.put("Node", tools.node().map(it -> said(it, "--version")).orElse("not here"));
    facts.put("Python", tools.python().map(it -> said(it, "--version")).orElse("not here"));
    facts.put("bash", said("/bin/bash", "-c", "echo $BASH_VERSION"));
    facts.put("C", tools.hasC() ? said("gcc", "-dumpfullversion") + " (gcc -O2)" : "no gcc here");
    facts.put("Descriptors allowed", said("/bin/bash", "-c", "ulimit -Sn; ulimit -Hn"));
    facts.put("Load at the start", Files.readString(Path.of("/proc/loadavg")).strip());
    return facts;
  }

  private static String commit(Path home) {
    String directory = home.toString();
    Optional<String> hash = Tools.answer("git", "-C", directory, "rev-parse", "--short", "HEAD");
    Optional<String> changed = Tools.answer("git", "-C", directory, "status", "--porcelain");
    boolean clean = changed.isEmpty() || changed.get().isEmpty();
    return hash.orElse("unknown") + (clean ? "" : " with changes");
  }

  private static String said(String... command) {
    return Tools.answer(command).orElse("unknown").replace("\n", " / ");
  }

  private static String field(String file, String name) throws IOException {
    for (String line : Files.readAllLines(Path.of(file))) {
      if (line.startsWith(name)) {
        return line.substring(name.length()).replaceFirst("^\\s*[:=]\\s*", "").replace("\"", "");
      }
    }
    return "unknown";
  }
}
