package dev.brood.examples.jobs;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Result;
import dev.brood.process.SpawnException;
import dev.brood.process.Stdio;
import dev.brood.process.StdioException;
import dev.brood.workers.channel.Marker;
import dev.brood.workers.channel.MarkerState;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import dev.brood.workers.watch.Admission;
import dev.brood.workers.watch.Checkpoints;
import dev.brood.workers.watch.Figure;
import dev.brood.workers.watch.Pulse;
import dev.brood.workers.watch.RunningCheckpoints;
import dev.brood.workers.watch.Threshold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Brings one job to its end, run after run. All that has to outlive this program is in a folder:
 * the checkpoints, the completion file, the log.
 */
final class JobRun {
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final long MEGABYTE = 1 << 20;
  private static final double SAVE_AT = 0.8;

  private final String name;
  private final Job job;
  private final Path directory;
  private final Path folder;
  private final JobWatch watch;
  private final Marker marker;
  private final Checkpoints checkpoints;

  /**
   * A job.
   *
   * @param directory where it runs
   * @param store where its folder is; another entry of the same name has another folder
   * @param every how often it is asked to save itself
   */
  JobRun(String name, Job job, Path directory, Path store, Duration every, JobWatch watch) {
    this.name = name;
    this.job = job;
    this.directory = directory;
    this.folder = store.resolve(name + "-" + job.id().substring(0, 8));
    this.watch = watch;
    this.marker = new Marker(folder.resolve("done"), job.id(), Instant.EPOCH);
    this.checkpoints = Checkpoints.in(folder.resolve("checkpoints")).every(every);
  }

  // snippet: run
  /** Returns when the job is complete, or has failed for good. */
  JobResult run() throws IOException, InterruptedException {
    Files.createDirectories(folder);
    if (marker.state() instanceof MarkerState.Complete complete) {
      return new JobResult.DoneBefore(Optional.ofNullable(complete.body()));
    }
    Course course = new Course(job.attempts(), ThreadLocalRandom.current());
    while (true) { // Course ends it
      try {
        switch (course.after(once())) {
          case Course.Next.Over(JobResult result) -> {
            return result;
          }
          case Course.Next.Again(String reason, Duration pause) -> {
            watch.say(name, reason + "; again in " + pause.toMillis() + " ms");
            Thread.sleep(pause);
          }
        }
      } catch (SpawnException e) {
        boolean left = e.reason() == SpawnException.Reason.SHUTTING_DOWN;
        return left ? new JobResult.Left() : new JobResult.Failed(e.getMessage());
      } catch (StdioException e) { // its log cannot be written
        return new JobResult.Failed(e.getMessage());
      }
    }
  }

  private Course.RunEnd once() throws InterruptedException {
    try (Admission.Ticket ticket = watch.admitted(job.kind())) {
      checkpoints.prepare();
      Pulse pulse = watch.pulse(name);
      try (ForkedChild child = fork(pulse).spawn();
          RunningCheckpoints saved =
              checkpoints.watch(name, child.child(), child.channel(), watch::told)) {
        child.channel().onMessage(message -> watch.say(name, message.toString()));
        pulse.watch(child.child(), child.channel());
        ticket.started(child.child());
        limitMemory(child.child(), saved);
        watch.began(pulse);
        Result result = child.child().result();
        return new Course.RunEnd(result.exit(), result.cause(), saved.finish(), marker.state());
      } finally {
        watch.ended(pulse);
      }
    }
  }

  // end

  // snippet: fork
  private Fork fork(Pulse pulse) {
    Command command =
        Command.of(job.run())
            .directory(directory)
            .stdout(Stdio.append(folder.resolve("log")), pulse.tap())
            .stderr(Stdio.toStdout())
            .grace(GRACE); // to save itself when it is stopped
    for (var variable : job.environment().entrySet()) {
      command = command.env(variable.getKey(), variable.getValue());
    }
    return Fork.of(checkpoints.giveTo(marker.giveTo(command)));
  }

  private void limitMemory(Child child, RunningCheckpoints saved) {
    if (job.memoryMegabytes().isPresent()) {
      long limit = job.memoryMegabytes().getAsInt() * MEGABYTE;
      Threshold save = Threshold.of(Figure.RESIDENT_BYTES, SAVE_AT * limit).run(c -> saved.ask());
      Threshold stop = Threshold.of(Figure.RESIDENT_BYTES, limit).stop(GRACE);
      var unused = watch.resources().watch(name, child, save, stop);
    }
  }

  // end
}
