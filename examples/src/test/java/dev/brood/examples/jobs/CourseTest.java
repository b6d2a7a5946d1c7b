package dev.brood.examples.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.examples.jobs.Course.Next;
import dev.brood.examples.jobs.Course.RunEnd;
import dev.brood.process.Cause;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.workers.channel.MarkerState;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CourseTest {
  private static final MarkerState NO_MARKER = new MarkerState.Absent();
  private static final Exit AGAIN = new Exit.Exited(85);
  private static final Exit FAILURE = new Exit.Exited(1);

  private final Course course = new Course(3, new Random(1));

  @Test
  void marker_complete_isTheResultWhateverTheExit() {
    assertThat(after(FAILURE, Cause.SELF, 0, new MarkerState.Complete("all", 7)))
        .isEqualTo(new Next.Over(new JobResult.Done(Optional.of("all"), 1)));
  }

  @Test
  void marker_stale_isNoResult() {
    assertThat(after(new Exit.Exited(0), Cause.SELF, 0, new MarkerState.Stale("of another run")))
        .isInstanceOfSatisfying(
            Next.Again.class,
            again -> assertThat(again.reason()).isEqualTo("ended without its completion file"));
  }

  @Test
  void job_asksForMoreAndHasSavedItself_isRunAtOnceAgainAndAgain() {
    for (int run = 1; run < Course.MOST_RUNS; run++) {
      assertThat(after(AGAIN, Cause.SELF, 1, NO_MARKER))
          .isEqualTo(new Next.Again("has saved itself", Duration.ZERO));
    }
    assertThat(after(AGAIN, Cause.SELF, 1, NO_MARKER))
        .isEqualTo(new Next.Over(new JobResult.Failed("is not complete after 1000 runs")));
  }

  @Test
  void job_asksForMoreAndHasSavedNothing_hasFailed() {
    assertThat(pause(after(AGAIN, Cause.SELF, 0, NO_MARKER))).isPositive();
    assertThat(pause(after(AGAIN, Cause.SELF, 0, NO_MARKER))).isPositive();
    assertThat(after(AGAIN, Cause.SELF, 0, NO_MARKER))
        .isEqualTo(new Next.Over(new JobResult.Failed("exit code 85, 3 times")));
  }

  @Test
  void job_failsInARow_waitsLongerEachTimeAndIsGivenUp() {
    Duration first = pause(after(FAILURE, Cause.SELF, 0, NO_MARKER));
    Duration second = pause(after(FAILURE, Cause.SELF, 0, NO_MARKER));
    assertThat(first).isBetween(Duration.ofMillis(160), Duration.ofMillis(200));
    assertThat(second).isBetween(Duration.ofMillis(320), Duration.ofMillis(400));
    assertThat(after(FAILURE, Cause.SELF, 0, NO_MARKER))
        .isEqualTo(new Next.Over(new JobResult.Failed("exit code 1, 3 times")));
  }

  @Test
  void job_failsButGetsOn_isNotGivenUp() {
    for (int run = 0; run < 20; run++) {
      assertThat(pause(after(FAILURE, Cause.SELF, 1, NO_MARKER)))
          .isLessThanOrEqualTo(Duration.ofMillis(200));
    }
  }

  @Test
  void job_stoppedForItsSilence_isRunAgain() {
    Exit killed = new Exit.Signaled(Signal.TERM, false);
    assertThat(after(killed, Cause.STOPPED, 0, NO_MARKER))
        .isInstanceOfSatisfying(
            Next.Again.class,
            again -> assertThat(again.reason()).isEqualTo("signal SIGTERM, stopped"));
  }

  @Test
  void job_stoppedWithItsParent_isLeft() {
    assertThat(after(AGAIN, Cause.PARENT_EXIT, 1, NO_MARKER))
        .isEqualTo(new Next.Over(new JobResult.Left()));
  }

  private Next after(Exit exit, Cause cause, int saved, MarkerState marker) {
    return course.after(new RunEnd(exit, cause, saved, marker));
  }

  private static Duration pause(Next next) {
    assertThat(next).isInstanceOf(Next.Again.class);
    return ((Next.Again) next).pause();
  }
}
