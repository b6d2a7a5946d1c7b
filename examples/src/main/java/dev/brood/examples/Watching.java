package dev.brood.examples;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import dev.brood.workers.watch.CheckpointEvent;
import dev.brood.workers.watch.CheckpointFile;
import dev.brood.workers.watch.CheckpointedResult;
import dev.brood.workers.watch.Checkpoints;
import dev.brood.workers.watch.Dump;
import dev.brood.workers.watch.HeartbeatEvent;
import dev.brood.workers.watch.Heartbeats;
import dev.brood.workers.watch.ProgressBar;
import dev.brood.workers.watch.ProgressEvent;
import dev.brood.workers.watch.ProgressPattern;
import dev.brood.workers.watch.ProgressTracker;
import dev.brood.workers.watch.Pulse;
import dev.brood.workers.watch.RunningCheckpoints;
import dev.brood.workers.watch.RunningHeartbeats;
import dev.brood.workers.watch.Suspension;
import dev.brood.workers.watch.WatchEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A long job that tells how far it is, saves itself, and is run again from there. */
public final class Watching {
  private Watching() {}

  // snippet: child
  static final class LongJob {
    public static void main(String[] args) throws Exception {
      Channel parent = Channel.parent().orElseThrow();
      CheckpointFile saved = CheckpointFile.fromEnvironment().orElseThrow();
      int done = saved.load().map(LongJob::number).orElse(0);
      while (done < 10) {
        done++; // ... a tenth of the work ...
        parent.send(Map.of("brood", "progress", "percent", done * 10, "phase", "load"));
        saved.save(Integer.toString(done).getBytes(StandardCharsets.UTF_8));
        if (done == 5) {
          parent.flush(Duration.ofSeconds(10));
          System.exit(Checkpoints.DEFAULT_EXIT_CODE); // saved, run me again
        }
      }
    }

    private static int number(byte[] text) {
      return Integer.parseInt(new String(text, StandardCharsets.UTF_8));
    }
  }

  // end

  public static void main(String[] args) throws Exception {
    // snippet: job
    Checkpoints checkpoints = Checkpoints.in(Path.of("long-job"));
    Fork job = Fork.java(LongJob.class).command(checkpoints::giveTo);
    Heartbeats rules =
        Heartbeats.after(Duration.ofSeconds(30))
            .dump(Duration.ZERO, Dump.signal(Signal.QUIT)) // a JVM writes its threads then
            .stop(Duration.ofMinutes(10));
    try (RunningHeartbeats beats = rules.start(Watching::told)) {
      int runs = 1;
      while (runOnce(job, beats, checkpoints)) {
        runs++;
      }
      System.out.println("done after " + runs + " runs");
    }
    // end
    output();
    untilDone();
    suspend();
  }

  // snippet: once
  private static boolean runOnce(Fork job, RunningHeartbeats beats, Checkpoints checkpoints)
      throws InterruptedException {
    checkpoints.prepare();
    try (ForkedChild child = job.spawn();
        RunningCheckpoints kept =
            checkpoints.watch("job", child.child(), child.channel(), Watching::told)) {
      Pulse pulse = beats.pulse("job").watch(child.child(), child.channel());
      Exit exit = child.await();
      System.out.println(pulse.name() + ": " + exit); // job: exit code 85
      return checkpoints.asksForMore(exit) && kept.finish() > 0; // not again for nothing
    }
  }

  // end

  // snippet: events
  private static void told(WatchEvent event) {
    switch (event) {
      case ProgressEvent.Moved moved ->
          System.out.println(new ProgressBar(72).line(moved.name(), moved.progress()));
      case HeartbeatEvent.Stalled stalled ->
          System.out.println(stalled.name() + " is silent; last: " + stalled.movedLast());
      case CheckpointEvent.Taken taken ->
          System.out.println("kept " + taken.checkpoint().path().getFileName());
      default -> System.out.println(event);
    }
  }

  // end

  private static void output() throws InterruptedException {
    // snippet: output
    ProgressTracker tracker = new ProgressTracker();
    Command.of("printf", "step %s of 4: compile\\n", "1", "2", "3")
        .stdout(
            Stdio.inherit(),
            tracker.tap(ProgressPattern.of("(?<done>\\d+) of (?<total>\\d+): (?<phase>\\w+)")))
        .run();
    System.out.println(new ProgressBar(60).line("build", tracker.progress()));
    // end
  }

  private static void untilDone() throws InterruptedException {
    // snippet: run
    String script =
        """
        n=$(cat "$BROOD_CHECKPOINT" 2>/dev/null || echo 0)
        [ "$n" -eq 3 ] && exit 0
        echo $((n+1)) > "$BROOD_CHECKPOINT.new" && mv "$BROOD_CHECKPOINT.new" "$BROOD_CHECKPOINT"
        exit 85
        """;
    Checkpoints checkpoints = Checkpoints.in(Path.of("shell-job")).mostRuns(10);
    CheckpointedResult result =
        checkpoints.run("shell", Command.of("sh", "-c", script), Watching::told);
    System.out.println(result.runs() + " runs, " + result.exit()); // 4 runs, exit code 0
    // end
  }

  private static void suspend() throws InterruptedException {
    // snippet: suspend
    try (Child child = Command.of("sh", "-c", "sleep 60 & wait").spawn()) {
      Suspension suspension = Suspension.of(child, Duration.ofSeconds(10));
      System.out.println("stands still: " + suspension.isComplete());
      suspension.resume();
    }
    // end
  }
}
