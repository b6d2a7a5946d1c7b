package dev.brood.examples;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.Marker;
import dev.brood.workers.channel.MarkerState;
import dev.brood.workers.channel.MarkerWatch;
import dev.brood.workers.channel.RingReader;
import dev.brood.workers.channel.RingWriter;
import dev.brood.workers.channel.SharedRing;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Says by a file that something is done, and passes much data through shared memory. */
final class MarkersAndRings {
  private MarkersAndRings() {}

  public static void main(String[] args) throws Exception {
    marker();
    otherLanguages();
    ring();
  }

  // snippet: writer
  static final class Import {
    public static void main(String[] args) {
      // ... the work ...
      Marker.fromEnvironment().orElseThrow().complete(Map.of("rows", 1_000));
    }
  }

  // end

  private static void marker() throws InterruptedException {
    // snippet: marker
    Marker done = Marker.of(Path.of("import.done")); // a run of its own: older files do not count
    try (MarkerWatch watch = done.watch();
        ForkedChild child = Fork.java(Import.class).command(done::giveTo).spawn()) {
      MarkerState.Complete complete = watch.await(Duration.ofSeconds(30)).orElseThrow();
      System.out.println(complete.body()); // {rows=1000}
      child.await();
    }
    switch (done.state()) { // at any time, and after a restart of this program
      case MarkerState.Complete complete -> System.out.println("done by " + complete.pid());
      case MarkerState.Stale stale -> System.out.println(stale.reason());
      case MarkerState.Absent _ -> System.out.println("not done");
    }
    // end
  }

  private static void otherLanguages() throws InterruptedException {
    // snippet: shell
    Marker done = Marker.of(Path.of("backup.done"));
    String script =
        """
        printf '{"brood":"marker","run":"%s"}' "$BROOD_MARKER_RUN" > "$BROOD_MARKER.new"
        mv "$BROOD_MARKER.new" "$BROOD_MARKER"
        """;
    try (MarkerWatch watch = done.watch();
        Child child = done.giveTo(Command.of("sh", "-c", script)).spawn()) {
      System.out.println(watch.await(Duration.ofSeconds(30)).isPresent() + " " + child.await());
    }
    // end
  }

  // snippet: reader
  static final class Totals {
    public static void main(String[] args) throws InterruptedException {
      Channel parent = Channel.parent().orElseThrow();
      try (SharedRing ring = SharedRing.open(parent.receive().handle().orElseThrow())) {
        RingReader numbers = ring.reader();
        long total = 0;
        try {
          while (true) {
            total += numbers.read(memory -> memory.get(ValueLayout.JAVA_LONG, 0)); // no copy
          }
        } catch (ChannelClosedException e) {
          parent.send(total); // the writer has closed the ring, and everything is read
        }
      }
    }
  }

  // end

  private static void ring() throws InterruptedException {
    // snippet: ring
    try (ForkedChild child = Fork.java(Totals.class).spawn()) {
      try (SharedRing ring = SharedRing.toWrite(1 << 20)) { // a record may have half of that
        child.send("numbers", ring.handle());
        RingWriter numbers = ring.writer();
        for (long i = 1; i <= 100_000; i++) {
          long number = i;
          numbers.write(8, memory -> memory.set(ValueLayout.JAVA_LONG, 0, number)); // in place
        }
      } // says that there is no more
      System.out.println(child.receive(Duration.ofSeconds(30)).orElseThrow().value());
    }
    // end
  }
}
