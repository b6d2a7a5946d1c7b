package dev.brood.bench.harness;

import dev.brood.bench.harness.Measure.Effort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starting a child, and seeing it end. */
final class SpawnMeasures {
  private static final List<Mode> BOTH = List.of(Mode.FREE, Mode.ONE_CORE);
  private static final int OPEN_DESCRIPTORS = 15_000;
  private static final int EXIT_AFTER_MILLIS = 5;

  private final Tools tools;
  private final boolean quick;

  SpawnMeasures(Tools tools, boolean quick) {
    this.tools = tools;
    this.quick = quick;
  }

  List<Measure> all(Path slot) {
    List<Measure> measures = new ArrayList<>();
    if (tools.hasC()) {
      measures.add(spawn("spawn-noop", "a no-op (a static C program)", tools.noop()));
    }
    measures.add(spawn("spawn-true", "/bin/true", "/bin/true"));
    measures.add(threads());
    if (tools.hasC()) {
      measures.add(notice(slot));
    }
    measures.add(descriptors());
    if (tools.hasC()) {
      measures.add(start());
    }
    return measures;
  }

  private Measure spawn(String name, String what, String program) {
    int count = quick ? 100 : 400;
    List<String> args = args("spawn", count, program);
    // A tenth of NuProcess's exits are noticed by its timer only, 250 ms late.
    List<String> few = args("spawn", count / 25, program);
    return new Measure(
        name,
        "Spawn, capture and reap of " + what,
        "One after another; stdout and stderr are pipes and read at once, stdin is /dev/null where "
            + "the contestant allows it. A round is %d children (NuProcess: %d). Parent CPU is "
                .formatted(count, count / 25)
            + "getrusage(2) of the whole parent process, its threads included.",
        BOTH,
        quick ? new Effort(2, 0.3) : new Effort(5, 14),
        new Lineup(tools)
            .broodAndJdk(args)
            .nuProcess(few)
            .node(args)
            .python(args)
            .asyncio(args)
            .c(args)
            .entries(),
        List.of(
            Column.median("p50_us", "p50 us", 0),
            Column.median("p99_us", "p99 us", 0),
            Column.median("cpu_us", "parent CPU us", 0)),
        List.of(
            Must.atMost("p50 <= 1.2 x C", "p50_us", 1.2).times("C"),
            Must.atMost("p50 <= 0.5 x ProcessBuilder", "p50_us", 0.5).timesSameThreads("JDK"),
            Must.atMost("p50 not above Python's", "p50_us", 1).times("Python"),
            Must.atMost("p99 <= ProcessBuilder's", "p99_us", 1).timesSameThreads("JDK"),
            Must.atMost("parent CPU <= 0.7 x ProcessBuilder's", "cpu_us", 0.7)
                .timesSameThreads("JDK")));
  }

  private Measure threads() {
    int count = quick ? 240 : 1200;
    List<String> args = args("threads", count, 8, tools.noop());
    return new Measure(
        "threads",
        "The same no-op from 8 threads at once",
        "A round is %d children in all. Node has 8 in flight instead of threads.".formatted(count),
        BOTH,
        quick ? new Effort(2, 0.3) : new Effort(5, 6),
        new Lineup(tools)
            .broodAndJdk(args)
            .nuProcess(args("threads", count / 15, 8, tools.noop()))
            .node(args)
            .python(args)
            .c(args)
            .entries(),
        List.of(Column.median("per_second", "per second", 0)),
        List.of(
            Must.atLeast("per second >= 2.2 x ProcessBuilder", "per_second", 2.2)
                .timesSameThreads("JDK")));
  }

  private Measure notice(Path slot) {
    List<String> child = List.of(tools.child("exit_at"), slot.toString(), "" + EXIT_AFTER_MILLIS);
    List<String> args = args("notice", quick ? 40 : 150, slot);
    args.addAll(child);
    List<String> few = args("notice", quick ? 4 : 10, slot);
    few.addAll(child);
    return new Measure(
        "exit-notice",
        "From a child's last instruction to its parent's knowledge",
        "The child sleeps %d ms, stores CLOCK_MONOTONIC in a mapped file and calls _exit; it "
                .formatted(EXIT_AFTER_MILLIS)
            + "writes nothing. Brood and the JDK wait for the exit, Python in waitpid(2), C polls "
            + "a pidfd and then calls wait4(2). No pipes, but NuProcess always has them.",
        BOTH,
        quick ? new Effort(2, 0.3) : new Effort(7, 2),
        new Lineup(tools)
            .broodAndJdk(args)
            .nuProcess(few)
            .node(args)
            .python(args)
            .asyncio(args)
            .c(args)
            .entries(),
        List.of(Column.median("p50_us", "p50 us", 0), Column.median("p99_us", "p99 us", 0)),
        List.of(
            Must.atMost("p50 <= 1.5 x C with a pidfd", "p50_us", 1.5).times("C"),
            Must.atMost("p99 <= 2 ms (shown in us)", "p99_us", 2000)));
  }

  private Measure descriptors() {
    List<String> args = args("descriptors", quick ? 10 : 60, OPEN_DESCRIPTORS, tools.noop());
    return new Measure(
        "descriptors",
        "What a spawn costs with %,d descriptors open in the parent".formatted(OPEN_DESCRIPTORS),
        "Spawn, capture and reap of a no-op with few descriptors open, then with so many more. The "
            + "issue asks for no such growth as that of C with `addclosefrom_np`; taken here as at "
            + "most a quarter of it.",
        List.of(Mode.FREE),
        quick ? new Effort(2, 0) : new Effort(5, 2),
        new Lineup(tools).broodAndJdk(args).python(args).c(args).entries(),
        List.of(
            Column.median("many_us", "p50 us with many", 0),
            Column.median("few_us", "p50 us with few", 0),
            Column.median("growth_us", "growth us", 0)),
        List.of(Must.atMost("growth <= 0.25 x C with closefrom", "growth_us", 0.25).times("C")));
  }

  private Measure start() {
    String count = quick ? "3" : "10";
    String brood = tools.home().resolve("brood").toString();
    Lineup lineup =
        new Lineup(tools)
            .c("Brood: ./brood --version", List.of("start", count, brood, "--version"))
            .c("Brood: ./brood run -- true", List.of("start", count, brood, "run", "--", "true"));
    tools.node().ifPresent(it -> lineup.c("node -e 0", List.of("start", count, it, "-e", "0")));
    tools
        .python()
        .ifPresent(it -> lineup.c("python3 -c pass", List.of("start", count, it, "-c", "pass")));
    lineup.c("sh -c true", List.of("start", count, "/bin/sh", "-c", "true"));
    return new Measure(
        "cli-start",
        "The command line program from start to end",
        "Whole processes started by the C contestant, stdio on /dev/null. CPU is that of the "
            + "program and its children.",
        BOTH,
        new Effort(quick ? 2 : 5, 0),
        lineup.entries(),
        List.of(Column.median("wall_ms", "wall ms", 1), Column.median("cpu_ms", "CPU ms", 1)),
        List.of());
  }

  private static List<String> args(Object... values) {
    List<String> args = new ArrayList<>();
    for (Object value : values) {
      args.add(value.toString());
    }
    return args;
  }
}
