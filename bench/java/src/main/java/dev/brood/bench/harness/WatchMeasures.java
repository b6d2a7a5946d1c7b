package dev.brood.bench.harness;

import dev.brood.bench.harness.Measure.Effort;
import java.util.List;

/** What it costs to watch many children. */
final class WatchMeasures {
  private final Tools tools;
  private final boolean quick;

  WatchMeasures(Tools tools, boolean quick) {
    this.tools = tools;
    this.quick = quick;
  }

  List<Measure> all() {
    return List.of(watching());
  }

  private Measure watching() {
    int count = quick ? 200 : 1_000;
    int seconds = quick ? 3 : 10;
    List<String> args = List.of("watching", String.valueOf(count), String.valueOf(seconds));
    return new Measure(
        "watching",
        "Watching %,d children".formatted(count),
        "A round is %d s in which each sleeping child is measured every second: CPU, memory, "
                .formatted(seconds)
            + "descriptors, bytes read and written, for it and its descendants. CPU is that of the "
            + "whole JVM, the compiler's and the collector's included.",
        List.of(Mode.FREE),
        quick ? new Effort(1, 3) : new Effort(3, 20),
        new Lineup(tools).jvm(Entry.BROOD, "brood", args).entries(),
        List.of(
            Column.median("percent", "CPU, % of one core", 1),
            Column.median("pass_ms", "the last pass, ms", 1)),
        List.of(Must.atMost("CPU <= 5 % of one core", "percent", 5)));
  }
}
