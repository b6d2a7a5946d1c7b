package dev.brood.bench.harness;

import dev.brood.bench.harness.Measure.Effort;
import java.util.ArrayList;
import java.util.List;

/** Messages, records and connections to children. */
final class ChannelMeasures {
  private static final List<Mode> BOTH = List.of(Mode.FREE, Mode.ONE_CORE);
  private static final int SMALL = 100;
  private static final int LARGE = 64 * 1024;
  private static final int MIB = 1024 * 1024;
  private static final int WORKERS = 2;

  private static final String JSON = Entry.BROOD + " json";
  private static final String TO_NODE = Entry.BROOD + " to Node, json";
  private static final String NODE = "Node json";
  private static final String SHAPE =
      "Brood is Java to Java with bytes in the binary codec where nothing else is said; `json` and "
          + "`advanced` send an object with a number and a text. ";

  private final Tools tools;
  private final boolean quick;

  ChannelMeasures(Tools tools, boolean quick) {
    this.tools = tools;
    this.quick = quick;
  }

  List<Measure> all() {
    List<Measure> measures = new ArrayList<>();
    measures.add(first());
    measures.add(smallTrip());
    measures.add(largeTrip());
    measures.add(smallFlow());
    measures.add(largeFlow());
    measures.add(ringTrip());
    measures.add(ringFlow());
    measures.add(largeRingFlow());
    if (tools.hasC() && tools.node().isPresent()) {
      measures.add(handOff());
    }
    return measures;
  }

  private Measure first() {
    String count = quick ? "3" : "8";
    List<String> node = List.of("first", "node", "plain", count);
    return new Measure(
        "first-message",
        "From a fork to the child's first message",
        "The child sends a message as the first thing it does. Brood's Java child is started with "
            + "and without an AOT cache (JEP 514) of its own; nothing else is set.",
        BOTH,
        quick ? new Effort(2, 0) : new Effort(5, 2),
        new Lineup(tools)
            .jvm(Entry.BROOD + " to Node", "brood", node)
            .jvm(
                Entry.BROOD + " to Java, cache", "brood", List.of("first", "java", "cached", count))
            .jvm(Entry.BROOD + " to Java", "brood", List.of("first", "java", "plain", count))
            .node(List.of("first", count))
            .entries(),
        List.of(Column.median("p50_ms", "p50 ms", 1), Column.median("p99_ms", "p99 ms", 1)),
        List.of(
            Must.atMost("to Node: not above Node's own", "p50_ms", 1)
                .of(Entry.BROOD + " to Node")
                .times("Node")));
  }

  private Measure smallTrip() {
    return trip(
        "trip-100",
        "Round trip of 100 bytes",
        SMALL,
        quick ? 2_000 : 40_000,
        List.of(
            Must.atMost("p50 <= 1.3 x a C socket pair (one core)", "p50_us", 1.3)
                .times("C")
                .onOneCore(),
            Must.atMost("p50 <= 0.5 x Node to Node, json (one core)", "p50_us", 0.5)
                .times(NODE)
                .onOneCore(),
            Must.atMost("to Node: not above Node to Node", "p50_us", 1).of(TO_NODE).times(NODE)));
  }

  private Measure largeTrip() {
    return trip(
        "trip-64k",
        "Round trip of 64 KiB",
        LARGE,
        quick ? 500 : 1_500,
        List.of(Must.atMost("p50 <= 2 x a C socket pair", "p50_us", 2).times("C")));
  }

  private Measure smallFlow() {
    return oneWay(
        "oneway-100",
        "Messages of 100 bytes one way",
        SMALL,
        quick ? 50_000 : 300_000,
        List.of(
            Must.atLeast("per second >= 2 x Node json", "per_second", 2).times(NODE),
            Must.atLeast("per second >= 1,000,000", "per_second", 1_000_000)));
  }

  private Measure largeFlow() {
    return oneWay(
        "oneway-64k", "Messages of 64 KiB one way", LARGE, quick ? 1_000 : 5_000, List.of());
  }

  private Measure trip(String name, String title, int bytes, int count, List<Must> musts) {
    return new Measure(
        name,
        title,
        SHAPE
            + "A round is %,d round trips; the child sends back what it gets. C is a socket pair "
                .formatted(count)
            + "with raw bytes, Python `multiprocessing.Pipe` with the same object pickled.",
        BOTH,
        quick ? new Effort(2, 0.5) : new Effort(4, bytes == SMALL ? 8 : 4),
        lineup("trip", bytes, count),
        List.of(
            Column.median("p50_us", "p50 us", 1),
            Column.median("p99_us", "p99 us", 1),
            Column.median("cpu_us", "parent CPU us", 1)),
        musts);
  }

  private Measure oneWay(String name, String title, int bytes, int count, List<Must> musts) {
    return new Measure(
        name,
        title,
        SHAPE
            + "A round is %,d messages and one back when all are there. C writes each with a "
                .formatted(count)
            + "write(2) of its own and reads what is there.",
        BOTH,
        quick ? new Effort(2, 0.5) : new Effort(5, 4),
        lineup("oneway", bytes, count),
        List.of(
            Column.median("per_second", "per second", 0),
            Column.median("mb_per_s", "MB/s", 1),
            Column.median("cpu_us", "parent CPU us", 2)),
        musts);
  }

  private List<Entry> lineup(String round, int bytes, int count) {
    List<String> binary = args(round, "java", "cbor", bytes, count);
    return new Lineup(tools)
        .jvm(Entry.BROOD, "brood", binary)
        .jvmVirtual(Entry.BROOD, "brood", binary)
        .jvm(JSON, "brood", args(round, "java", "json", bytes, count))
        .jvm(TO_NODE, "brood", args(round, "node", "json", bytes, count))
        .jvmVirtual(TO_NODE, "brood", args(round, "node", "json", bytes, count))
        .jvm(
            Entry.BROOD + " to Node, advanced",
            "brood",
            args(round, "node", "advanced", bytes, count))
        .node(NODE, args(round, "json", bytes, count))
        .node("Node advanced", args(round, "advanced", bytes, count))
        .python(args(round, bytes, count))
        .c(args(round, bytes, count))
        .entries();
  }

  private Measure ringTrip() {
    int count = quick ? 5_000 : 30_000;
    return new Measure(
        "ring-trip",
        "Round trip of 100 bytes through shared rings",
        "Two `SharedRing`s between two JVMs; C is the same ring in C, with futexes.",
        BOTH,
        quick ? new Effort(2, 0.5) : new Effort(5, 3),
        rings(args("ring-trip", SMALL, count)),
        List.of(Column.median("p50_us", "p50 us", 1), Column.median("p99_us", "p99 us", 1)),
        List.of(
            Must.atMost("p50 <= 1.5 x a C ring (one core)", "p50_us", 1.5).times("C").onOneCore()));
  }

  private Measure ringFlow() {
    int count = quick ? 200_000 : 3_000_000;
    List<String> socket = args("oneway", "java", "cbor", SMALL, count / 10);
    return new Measure(
        "ring-oneway",
        "Records of 100 bytes one way through a shared ring",
        "As above; beside it the channel, and a C socket pair with a write(2) for each message.",
        BOTH,
        quick ? new Effort(2, 0.5) : new Effort(5, 3),
        new Lineup(tools)
            .jvm(Entry.BROOD, "brood", args("ring-oneway", SMALL, count))
            .jvmVirtual(Entry.BROOD, "brood", args("ring-oneway", SMALL, count))
            .jvm("Brood's channel", "brood", socket)
            .c("C ring", args("ring-oneway", SMALL, count))
            .c("C socket pair", args("oneway", SMALL, count / 10))
            .entries(),
        List.of(Column.median("per_second", "per second", 0), Column.median("mb_per_s", "MB/s", 0)),
        List.of(
            Must.atLeast("per second >= 10 x a socket pair", "per_second", 10)
                .times("C socket pair"),
            Must.atLeast("per second >= 10 x Brood's channel", "per_second", 10)
                .times("Brood's channel")));
  }

  private Measure largeRingFlow() {
    return new Measure(
        "ring-1m",
        "Records of 1 MiB one way through a shared ring",
        "Copied into the ring and out of it, on both sides.",
        List.of(Mode.FREE),
        quick ? new Effort(2, 0.5) : new Effort(5, 2),
        rings(args("ring-oneway", MIB, quick ? 200 : 3_000)),
        List.of(Column.median("per_second", "per second", 0), Column.median("mb_per_s", "MB/s", 0)),
        List.of());
  }

  private List<Entry> rings(List<String> args) {
    return new Lineup(tools)
        .jvm(Entry.BROOD, "brood", args)
        .jvmVirtual(Entry.BROOD, "brood", args)
        .c(args)
        .entries();
  }

  private Measure handOff() {
    List<String> args =
        args(
            "handoff",
            tools.child("dial"),
            tools.nodeScript("server.js"),
            WORKERS,
            quick ? 500 : 4_000);
    return new Measure(
        "handoff",
        "Connections handed to %d Node workers".formatted(WORKERS),
        "The primary accepts and passes each connection on (`newconn`); the worker answers one "
            + "byte and closes. A program in C keeps 32 connections under way.",
        BOTH,
        quick ? new Effort(2, 0.5) : new Effort(7, 15),
        new Lineup(tools).jvm(Entry.BROOD, "brood", args).node(args).entries(),
        List.of(
            Column.median("per_second", "per second", 0),
            Column.median("cpu_us", "primary's CPU us", 1)),
        List.of(
            Must.atLeast("per second not below Node's primary", "per_second", 1).times("Node")));
  }

  private static List<String> args(Object... values) {
    List<String> args = new ArrayList<>();
    for (Object value : values) {
      args.add(value.toString());
    }
    return List.copyOf(args);
  }
}
