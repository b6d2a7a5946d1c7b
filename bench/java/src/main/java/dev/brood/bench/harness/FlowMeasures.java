package dev.brood.bench.harness;

import dev.brood.bench.harness.Measure.Effort;
import java.util.ArrayList;
import java.util.List;

/** Bytes and lines from children. */
final class FlowMeasures {
  private static final List<Mode> BOTH = List.of(Mode.FREE, Mode.ONE_CORE);

  private final Tools tools;
  private final boolean quick;

  FlowMeasures(Tools tools, boolean quick) {
    this.tools = tools;
    this.quick = quick;
  }

  List<Measure> all() {
    return List.of(stream(), smallHeap(), lines(), pipeline());
  }

  private Measure stream() {
    int mebibytes = quick ? 512 : 4096;
    List<String> args = with("stream", tools.zeros(mebibytes));
    return new Measure(
        "stream",
        "%,d MiB from a child's stdout".formatted(mebibytes),
        "The child writes pieces of 64 KiB; the parent reads such pieces where it has the choice, "
            + "and drops them.",
        BOTH,
        quick ? new Effort(2, 0) : new Effort(3, 1),
        new Lineup(tools)
            .broodAndJdk(args)
            .nuProcess(args)
            .node(args)
            .python(args)
            .c(args)
            .entries(),
        List.of(
            Column.median("gb_per_s", "GB/s", 2),
            Column.median("wall_s", "wall s", 2),
            Column.median("cpu_s", "parent CPU s", 2)),
        List.of(
            Must.atLeast("rate >= ProcessBuilder on a platform thread (one core)", "gb_per_s", 1)
                .times("JDK")
                .onOneCore(),
            Must.atMost("CPU no more than that (one core)", "cpu_s", 1).times("JDK").onOneCore()));
  }

  private Measure smallHeap() {
    int gibibytes = quick ? 1 : 10;
    List<String> args = with("stream", tools.zeros(gibibytes * 1024L));
    return new Measure(
        "small-heap",
        "%d GiB through a heap of 64 MiB".formatted(gibibytes),
        "As above, in a JVM with -Xmx64m. Peak memory is VmHWM of the whole JVM.",
        List.of(Mode.FREE),
        new Effort(1, 0),
        new Lineup(tools)
            .jvm(Entry.BROOD, "brood", args, "-Xmx64m")
            .jvmVirtual(Entry.BROOD, "brood", args, "-Xmx64m")
            .jvm("JDK", "jdk", args, "-Xmx64m")
            .entries(),
        List.of(
            Column.median("wall_s", "wall s", 2),
            Column.median("gib", "GiB received", 2),
            Column.median("peak_mib", "peak memory MiB", 0)),
        List.of(Must.atLeast("all %d GiB arrive".formatted(gibibytes), "gib", gibibytes)));
  }

  private Measure lines() {
    int count = quick ? 2_000_000 : 10_000_000;
    List<String> args = with("lines", tools.lines(count));
    return new Measure(
        "lines",
        "%,d short lines as strings".formatted(count),
        "The child writes lines of 8 to 31 letters made beforehand. Brood's `Lines` beside "
            + "`BufferedReader` on ProcessBuilder's stream, Python's text mode, and getline(3) in "
            + "C (which makes no strings).",
        BOTH,
        quick ? new Effort(2, 1) : new Effort(3, 3),
        new Lineup(tools).broodAndJdk(args).python(args).c(args).entries(),
        List.of(
            Column.median("million_per_s", "million/s", 1),
            Column.median("wall_s", "wall s", 2),
            Column.median("cpu_s", "parent CPU s", 2)),
        List.of(
            Must.atLeast("rate >= 1.3 x BufferedReader", "million_per_s", 1.3)
                .timesSameThreads("JDK")));
  }

  private Measure pipeline() {
    int mebibytes = quick ? 256 : 2048;
    List<String> args = List.of("pipeline", String.valueOf((long) mebibytes << 20));
    return new Measure(
        "pipeline",
        "%,d MiB through `cat | tr a b | wc -c`".formatted(mebibytes),
        "`head -c` of /dev/zero feeds `cat`. Parent CPU is that of the JVM or the shell itself.",
        BOTH,
        quick ? new Effort(2, 0.1) : new Effort(3, 0.1),
        new Lineup(tools)
            .jvm(Entry.BROOD, "brood", args)
            .jvmVirtual(Entry.BROOD, "brood", args)
            .jvm("JDK", "jdk", args)
            .python(args)
            .bash(args)
            .entries(),
        List.of(Column.median("wall_s", "wall s", 2), Column.median("cpu_s", "parent CPU s", 3)),
        List.of(
            Must.atMost("wall <= 1.05 x bash", "wall_s", 1.05).times("bash"),
            Must.atMost("parent CPU < 0.05 s", "cpu_s", 0.05)));
  }

  private static List<String> with(String measure, List<String> child) {
    List<String> args = new ArrayList<>();
    args.add(measure);
    args.addAll(child);
    return args;
  }
}
