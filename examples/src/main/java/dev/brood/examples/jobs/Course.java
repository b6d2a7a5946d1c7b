package dev.brood.examples.jobs;

import dev.brood.process.Cause;
import dev.brood.process.Exit;
import dev.brood.workers.channel.MarkerState;
import dev.brood.workers.supervise.Backoff;
import dev.brood.workers.watch.Checkpoints;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Decides what follows from the end of each run of one job. Told all that it needs to know, it has
 * no clock and no files. Not thread-safe.
 */
final class Course {
  /** How often a job may ask to be run again. */
  static final int MOST_RUNS = 1000;

  private static final Backoff PAUSES =
      Backoff.exponential(Duration.ofMillis(200), Duration.ofMinutes(1)).jitter(0.2);

  private final int attempts;
  private final RandomGenerator random;
  private int runs;
  private int failures;

  /**
   * How a run ended.
   *
   * @param exit its exit
   * @param cause who ended it
   * @param saved how often it has saved itself
   * @param marker what its completion file says
   */
  record RunEnd(Exit exit, Cause cause, int saved, MarkerState marker) {}

  /** What follows. */
  sealed interface Next {
    /** The job has its result. */
    record Over(JobResult result) implements Next {}

    /** It is run once more, after that long. */
    record Again(String reason, Duration pause) implements Next {}
  }

  Course(int attempts, RandomGenerator random) {
    this.attempts = attempts;
    this.random = random;
  }

  // snippet: course
  /** What follows from the end of a run. */
  Next after(RunEnd end) {
    runs++;
    if (end.marker() instanceof MarkerState.Complete complete) {
      return new Next.Over(new JobResult.Done(Optional.ofNullable(complete.body()), runs));
    }
    if (end.cause() == Cause.PARENT_EXIT) {
      return new Next.Over(new JobResult.Left());
    }
    if (runs == MOST_RUNS) {
      return new Next.Over(new JobResult.Failed("is not complete after " + runs + " runs"));
    }
    boolean asksForMore = end.exit().equals(new Exit.Exited(Checkpoints.DEFAULT_EXIT_CODE));
    if (asksForMore && end.saved() > 0) {
      failures = 0;
      return new Next.Again("has saved itself", Duration.ZERO);
    }
    failures = end.saved() > 0 ? 1 : failures + 1; // one that gets on may go on
    return failures < attempts
        ? new Next.Again(reason(end), PAUSES.delay(failures, random))
        : new Next.Over(new JobResult.Failed(reason(end) + ", " + failures + " times"));
  }

  // end

  private static String reason(RunEnd end) {
    if (end.exit().success()) {
      return "ended without its completion file";
    }
    return end.exit() + (end.cause() == Cause.SELF ? "" : ", " + end.cause());
  }
}
