package dev.brood.bench.harness;

import java.util.ArrayList;
import java.util.List;

/** Gathers the contestants of a measure in the order of their turns. */
final class Lineup {
  private final Tools tools;
  private final List<Entry> entries = new ArrayList<>();

  Lineup(Tools tools) {
    this.tools = tools;
  }

  /** A library of the JVM, called from platform threads. */
  Lineup jvm(String name, String launcher, List<String> args, String... options) {
    return add(name, tools.jvm(launcher, false, options), args, true);
  }

  /** A library of the JVM, called from virtual threads. */
  Lineup jvmVirtual(String name, String launcher, List<String> args, String... options) {
    return add(name + Entry.VIRTUAL, tools.jvm(launcher, true, options), args, true);
  }

  /** Brood and ProcessBuilder, each called from platform and from virtual threads. */
  Lineup broodAndJdk(List<String> args, String... options) {
    return jvm(Entry.BROOD, "brood", args, options)
        .jvmVirtual(Entry.BROOD, "brood", args, options)
        .jvm("JDK", "jdk", args, options)
        .jvmVirtual("JDK", "jdk", args, options);
  }

  Lineup nuProcess(List<String> args, String... options) {
    return jvm("NuProcess", "nuprocess", args, options);
  }

  /** The same from virtual threads, which wait for its callbacks as well as others do. */
  Lineup nuProcessFromVirtual(List<String> args, String... options) {
    return add("NuProcess", tools.jvm("nuprocess", true, options), args, true);
  }

  Lineup node(List<String> args) {
    return node("Node", args);
  }

  /** Node under another name, where it takes part more than once. */
  Lineup node(String name, List<String> args) {
    tools.node().ifPresent(node -> script(name, node, "node/contestant.js", args, true));
    return this;
  }

  Lineup python(List<String> args) {
    tools.python().ifPresent(it -> script("Python", it, "python/contestant.py", args, false));
    return this;
  }

  Lineup asyncio(List<String> args) {
    tools
        .python()
        .ifPresent(it -> script("asyncio", it, "python/asyncio_contestant.py", args, false));
    return this;
  }

  Lineup pythonPool(String name, List<String> args) {
    tools.python().ifPresent(it -> script(name, it, "python/pools.py", args, false));
    return this;
  }

  /** A pool of a package that may not be installed. */
  Lineup nodePool(String name, List<String> args) {
    List<String> all = new ArrayList<>();
    tools.peers().ifPresent(folder -> all.add(folder.toString()));
    all.addAll(args);
    tools
        .node()
        .filter(node -> tools.peers().isPresent())
        .ifPresent(node -> script(name, node, "node/pools.js", all, true));
    return this;
  }

  Lineup bash(List<String> args) {
    script("bash", "/bin/bash", "bash/contestant.sh", args, false);
    return this;
  }

  /** The C contestant, under its own or another name. */
  Lineup c(String name, List<String> args) {
    return tools.hasC() ? add(name, List.of(tools.child("contestant")), args, false) : this;
  }

  Lineup c(List<String> args) {
    return c("C", args);
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  private void script(String name, String program, String file, List<String> args, boolean warms) {
    add(
        name,
        List.of(program, tools.home().resolve("bench").resolve(file).toString()),
        args,
        warms);
  }

  private Lineup add(String name, List<String> program, List<String> args, boolean warms) {
    List<String> command = new ArrayList<>(program);
    command.addAll(args);
    entries.add(new Entry(name, List.copyOf(command), warms));
    return this;
  }
}
