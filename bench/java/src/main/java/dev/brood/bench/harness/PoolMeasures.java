package dev.brood.bench.harness;

import dev.brood.bench.harness.Measure.Effort;
import java.util.ArrayList;
import java.util.List;

/** Calls to pools of two workers that add two numbers. */
final class PoolMeasures {
  private static final List<Mode> BOTH = List.of(Mode.FREE, Mode.ONE_CORE);
  private static final int IN_FLIGHT = 32;
  private static final int CALL_BYTES = 60;

  private static final String TO_NODE = Entry.BROOD + " to Node";
  private static final String CHANNEL = Entry.BROOD + "'s channel";
  private static final String IMAP = "Python Pool.imap";
  private static final String JEST = "jest-worker";

  private final Tools tools;
  private final boolean quick;

  PoolMeasures(Tools tools, boolean quick) {
    this.tools = tools;
    this.quick = quick;
  }

  List<Measure> all() {
    List<Measure> measures = new ArrayList<>(List.of(many(), lone()));
    if (tools.node().isPresent()) {
      measures.add(kill());
    }
    return measures;
  }

  private Measure many() {
    String count = quick ? "10000" : "50000";
    return new Measure(
        "pool",
        "Trivial calls to a pool of two workers",
        "A round is %,d calls that add two numbers. ".formatted(Integer.parseInt(count))
            + "Brood, in Java unless said, is asked for the answers in order, with 16 calls for "
            + "each worker under way; Python as its users do (chunksize 1); jest-worker and "
            + "workerpool for all at once; ProcessPoolExecutor, which is slow, has a fifth of the "
            + "calls. C writes and reads as many calls at once as there are.",
        BOTH,
        quick ? new Effort(2, 4) : new Effort(3, 4),
        peers(
                new Lineup(tools)
                    .jvm(Entry.BROOD, "brood", List.of("pool", "java", count))
                    .jvmVirtual(Entry.BROOD, "brood", List.of("pool", "java", count))
                    .jvm(TO_NODE, "brood", List.of("pool", "node", count))
                    .jvmVirtual(TO_NODE, "brood", List.of("pool", "node", count)),
                "pool",
                count)
            .c("C, 32 in flight", List.of("pool", String.valueOf(IN_FLIGHT), count))
            .c("C, one in flight", List.of("pool", "1", count))
            .entries(),
        List.of(
            Column.median("per_second", "per second", 0),
            Column.median("cpu_us", "parent CPU us", 1)),
        List.of(
            Must.atLeast("per second >= 1.2 x Pool.imap", "per_second", 1.2).times(IMAP),
            Must.atLeast("per second >= 2 x jest-worker", "per_second", 2).times(JEST),
            Must.atLeast("to Node: not below jest-worker", "per_second", 1)
                .of(TO_NODE)
                .times(JEST)));
  }

  private Measure lone() {
    String count = quick ? "1000" : "10000";
    List<String> trip = List.of("trip", "java", "json", String.valueOf(CALL_BYTES), count);
    return new Measure(
        "pool-call",
        "One warm call of a pool",
        "The same calls, one at a time; beside them a round trip on a bare channel, with as many "
            + "bytes as a call has.",
        BOTH,
        quick ? new Effort(2, 4) : new Effort(5, 10),
        peers(
                new Lineup(tools)
                    .jvm(Entry.BROOD, "brood", List.of("pool-call", "java", count))
                    .jvmVirtual(Entry.BROOD, "brood", List.of("pool-call", "java", count))
                    .jvm(CHANNEL, "brood", trip)
                    .jvmVirtual(CHANNEL, "brood", trip)
                    .jvm(TO_NODE, "brood", List.of("pool-call", "node", count)),
                "call",
                count)
            .c(List.of("call", count))
            .entries(),
        List.of(
            Column.median("p50_us", "p50 us", 1),
            Column.median("p99_us", "p99 us", 1),
            Column.median("cpu_us", "parent CPU us", 1)),
        List.of(
            Must.atMost("p50 <= 1.5 x a round trip on a bare channel", "p50_us", 1.5)
                .timesSameThreads(CHANNEL)));
  }

  /** The slowest of them has a fifth of the calls, or it would take most of the time. */
  private Lineup peers(Lineup lineup, String measure, String count) {
    String few = String.valueOf(Integer.parseInt(count) / 5);
    return lineup
        .pythonPool("Python ProcessPoolExecutor", List.of("executor", measure, few))
        .pythonPool(IMAP, List.of("imap", measure, count))
        .nodePool("workerpool", List.of("workerpool", measure, count))
        .nodePool(JEST, List.of("jest-worker", measure, count));
  }

  private Measure kill() {
    String kills = quick ? "5" : "20";
    return new Measure(
        "pool-kill",
        "A worker of a pool killed under load",
        "Four callers keep two Node workers at work, of which one after the other gets SIGKILL in "
            + "the middle of a call: when that call fails, and when the next worker has answered "
            + "its first call, beside what its death and a start take a program alone under the "
            + "same load. Lost are calls that fail besides.",
        BOTH,
        quick ? new Effort(1, 0) : new Effort(3, 5),
        new Lineup(tools).jvm(Entry.BROOD, "brood", List.of("pool-kill", kills)).entries(),
        List.of(
            Column.median("told_ms", "told, p50 ms", 2),
            Column.median("told_worst_ms", "told, worst ms", 2),
            Column.median("death_ms", "death alone, p50 ms", 2),
            Column.median("death_worst_ms", "death alone, worst ms", 2),
            Column.median("replaced_ms", "replaced, p50 ms", 1),
            Column.median("own_ms", "start alone, p50 ms", 1),
            Column.median("more_ms", "more, ms", 1),
            Column.worst("lost", "lost", 0)),
        List.of(
            Must.atMost("told within 10 ms", "told_worst_ms", 10),
            Must.atMost("replaced within the program's own start + 20 ms", "more_ms", 20),
            Must.atMost("no later call lost", "lost", 0)));
  }
}
