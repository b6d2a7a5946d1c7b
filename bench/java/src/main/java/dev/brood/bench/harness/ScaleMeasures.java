package dev.brood.bench.harness;

import dev.brood.bench.harness.Measure.Effort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Many children at once. */
final class ScaleMeasures {
  private static final int SECONDS = 5;
  private static final int LARGE_SECONDS = 12;
  private static final int DESCRIPTORS_EACH = 3; // two pipes and a pidfd, or three pipes
  private static final int DESCRIPTORS_OTHER = 200;

  /** The young generation is touched as a whole before the first reading of resident memory. */
  private static final String[] JVM = {"-XX:+UseSerialGC", "-Xmn64m"};

  private final Tools tools;
  private final boolean quick;
  private final List<String> leftOut = new ArrayList<>();

  ScaleMeasures(Tools tools, boolean quick) {
    this.tools = tools;
    this.quick = quick;
  }

  List<Measure> all() throws IOException {
    List<Measure> measures = new ArrayList<>();
    measures.add(thousand());
    for (int count : quick ? new int[0] : new int[] {5_000, 10_000}) {
      int needed = count * DESCRIPTORS_EACH + DESCRIPTORS_OTHER;
      if (descriptorLimit() >= needed) {
        measures.add(thousands(count));
      } else {
        leftOut.add(
            "many-%d: needs %,d descriptors, %,d are allowed"
                .formatted(count, needed, descriptorLimit()));
      }
    }
    return measures;
  }

  /** Why measures are missing from {@link #all}; to be asked after it. */
  List<String> leftOut() {
    return leftOut;
  }

  private Measure thousand() {
    int count = quick ? 200 : 1_000;
    List<String> args = args(count, "pipe", SECONDS);
    Lineup lineup =
        new Lineup(tools)
            .jvmVirtual(Entry.BROOD, "brood", args, JVM)
            .jvm("JDK", "jdk", args, JVM)
            .jvmVirtual("JDK", "jdk", args, JVM)
            .nuProcessFromVirtual(args, JVM)
            .node(args)
            .asyncio(args)
            .c(args);
    return new Measure(
        "many-1000",
        "%,d children for %d s".formatted(count, SECONDS),
        "Each has three pipes, prints a line a second, and is served by a thread (a task) of its "
            + "own. Threads are counted every 24 ms, the most of all rounds stands. Memory is the "
            + "growth of VmRSS with all children alive, in JVMs after a full collection (serial "
            + "collector, young generation of 64 MiB touched beforehand). The longest wait is that "
            + "of a virtual thread with nothing to do, one started every 3 ms.",
        List.of(Mode.FREE),
        new Effort(quick ? 1 : 2, 0),
        lineup.entries(),
        List.of(
            Column.median("wall_s", "total s", 2),
            Column.worst("threads_more", "platform threads more", 0),
            Column.median("kib_per_child", "KiB a child", 1),
            Column.median("longest_wait_ms", "longest wait ms", 1),
            Column.median("cpu_s", "parent CPU s", 2)),
        List.of(
            Must.atMost("<= 4 platform threads more", "threads_more", 4),
            Must.atMost("<= 16 KiB a child", "kib_per_child", 16),
            Must.atMost("a virtual thread runs within 10 ms", "longest_wait_ms", 10),
            Must.atMost("total <= 1.12 x 5 s (5.6 s)", "wall_s", 1.12 * SECONDS)));
  }

  private Measure thousands(int count) {
    List<String> args = args(count, "null", LARGE_SECONDS);
    return new Measure(
        "many-" + count,
        "%,d children for %d s".formatted(count, LARGE_SECONDS),
        "As above, but stdin is /dev/null (descriptors), for NuProcess a pipe; the children live "
            + "longer, so that all live at once.",
        List.of(Mode.FREE),
        new Effort(1, 0),
        new Lineup(tools)
            .jvmVirtual(Entry.BROOD, "brood", args, JVM)
            .nuProcessFromVirtual(args, JVM)
            .asyncio(args)
            .entries(),
        List.of(
            Column.median("wall_s", "total s", 2),
            Column.worst("threads_more", "platform threads more", 0),
            Column.median("kib_per_child", "KiB a child", 1),
            Column.median("cpu_s", "parent CPU s", 2)),
        List.of(
            Must.atMost("total not above asyncio's", "wall_s", 1).times("asyncio"),
            Must.atMost("total not above NuProcess's", "wall_s", 1).times("NuProcess")));
  }

  private List<String> args(int count, String stdin, int seconds) {
    List<String> args = new ArrayList<>(List.of("many", String.valueOf(count), stdin));
    args.addAll(tools.chatter(seconds));
    return args;
  }

  private static long descriptorLimit() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/limits")).stream()
        .filter(line -> line.startsWith("Max open files"))
        .map(line -> line.split("\\s{2,}")[1])
        .mapToLong(limit -> limit.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(limit))
        .findFirst()
        .orElse(0);
  }
}
