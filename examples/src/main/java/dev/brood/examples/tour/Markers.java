package dev.brood.examples.tour;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.workers.channel.Marker;
import dev.brood.workers.channel.MarkerState;
import dev.brood.workers.channel.MarkerWatch;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Says by a file that something is done. */
final class Markers {
  private Markers() {}

  public static void main(String[] args) throws Exception {
    fromJava();
    fromShell();
    stale();
  }

  // snippet: writer
  static final class Import {
    public static void main(String[] args) {
      // ... the work ...
      Marker.fromEnvironment().orElseThrow().complete(Map.of("rows", 1_000));
    }
  }

  // end

  private static void fromJava() throws InterruptedException {
    // snippet: marker
    Marker done = Marker.of(Path.of("import.done")); // a run of its own: older files do not count
    try (MarkerWatch watch = done.watch();
        ForkedChild child = Fork.java(Import.class).command(done::giveTo).spawn()) {
      MarkerState.Complete complete = watch.await(Duration.ofSeconds(30)).orElseThrow();
      System.out.println(complete.body()); // {rows=1000}
      child.await();
    }
    System.out.println(told(done.state())); // at any time, and after a restart of this program
    // end
  }

  // snippet: states
  private static String told(MarkerState state) {
    return switch (state) {
      case MarkerState.Complete complete -> "done by " + complete.pid();
      case MarkerState.Stale stale -> "not done: " + stale.reason();
      case MarkerState.Absent _ -> "not done";
    };
  }

  // end

  private static void fromShell() throws InterruptedException {
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

  private static void stale() throws Exception {
    Marker next = Marker.of(Path.of("backup.done")); // the file of the run before lies there
    System.out.println(told(next.state()));
    Files.delete(next.path());
    System.out.println(told(next.state()));
  }
}
