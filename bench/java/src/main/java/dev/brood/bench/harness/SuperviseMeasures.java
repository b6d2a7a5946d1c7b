package dev.brood.bench.harness;

import dev.brood.bench.harness.Measure.Effort;
import java.nio.file.Path;
import java.util.List;

/** Keeping children running. */
final class SuperviseMeasures {
  private final Tools tools;
  private final boolean quick;

  SuperviseMeasures(Tools tools, boolean quick) {
    this.tools = tools;
    this.quick = quick;
  }

  /**
   * All of them; none without a C compiler.
   *
   * @param slot a file that a child can map
   */
  List<Measure> all(Path slot) {
    return tools.hasC() ? List.of(restart(slot)) : List.of();
  }

  private Measure restart(Path slot) {
    List<String> args =
        List.of(
            "restart",
            quick ? "40" : "150",
            slot.toString(),
            tools.child("started_at"),
            slot.toString());
    return new Measure(
        "restart",
        "From the SIGKILL of a supervised child to the main() of the next",
        "The child, in C, stores CLOCK_MONOTONIC in a mapped file as the first thing it does. "
            + "Brood is a `Supervisor` without backoff that keeps the last lines of stderr and "
            + "ends the tree of the dead child first. The others start it again in a loop, and "
            + "do no more: C and Python wait in waitpid(2), Node for its event `exit`.",
        List.of(Mode.FREE, Mode.ONE_CORE),
        quick ? new Effort(2, 0.3) : new Effort(7, 4),
        new Lineup(tools).jvm(Entry.BROOD, "brood", args).node(args).python(args).c(args).entries(),
        List.of(Column.median("p50_us", "p50 us", 0), Column.median("p99_us", "p99 us", 0)),
        List.of(Must.atMost("p50 <= 5 ms (shown in us)", "p50_us", 5000)));
  }
}
