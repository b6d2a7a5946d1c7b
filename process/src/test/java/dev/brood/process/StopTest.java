package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.testkit.HelperPrograms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Stopping one child: plans, graces, last words, and stops that come twice. */
class StopTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(150);

  @Test
  void stop_childTrapsTerm_lastWordsAreKept() throws Exception {
    try (Child child =
        Command.of(HelperPrograms.lastWords())
            .stdout(Stdio.capture(), Stdio.lines(line -> {}))
            .spawn()) {
      assertThat(Look.until(SOON, () -> !Look.children(child.pid()).isEmpty())).isTrue();

      StopReport report = child.stop(SOON);
      Result result = child.result();

      assertThat(result.exit()).isEqualTo(new Exit.Exited(3));
      assertThat(result.stdout().text()).isEqualTo("ready\nlast words\n");
      assertThat(result.cause()).isEqualTo(Cause.STOPPED);
      assertThat(report.forced()).isFalse();
    }
  }

  @Test
  void stop_readerAtWork_stillGetsTheLastWords() throws Exception {
    try (Child child = Command.of(HelperPrograms.lastWords()).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");

      child.stop(SOON);

      assertThat(child.stdout().readLine()).isEqualTo("last words");
      assertThat(child.stdout().readLine()).isNull();
      assertThat(child.await()).isEqualTo(new Exit.Exited(3));
    }
  }

  @Test
  void stop_childIgnoresTerm_isForcedAfterTheGrace() throws Exception {
    try (Child child = Command.of(HelperPrograms.ignoreTerm()).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");

      StopReport report = child.stop(SHORT);

      assertThat(report.forced()).isTrue();
      assertThat(report.signals()).containsExactly(Signal.TERM, Signal.KILL);
      assertThat(report.alreadyEnded()).isFalse();
      assertThat(report.processes()).isEqualTo(1);
      assertThat(report.duration()).isBetween(SHORT, SOON);
      assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.KILL, false));
    }
  }

  @Test
  void stop_graceZero_isForcedAtOnce() throws Exception {
    try (Child child = Command.of(HelperPrograms.ignoreTerm()).grace(MINUTE).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");

      StopReport report = child.stop(Duration.ZERO);

      assertThat(report.signals()).containsExactly(Signal.TERM, Signal.KILL);
      assertThat(report.duration()).isLessThan(SOON);
    }
  }

  @Test
  void stop_commandsGrace_isUsed() throws Exception {
    try (Child child = Command.of(HelperPrograms.ignoreTerm()).grace(SHORT).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");

      assertThat(child.stop().duration()).isBetween(SHORT, Duration.ofSeconds(4));
    }
  }

  @Test
  void stop_planWithTwoSteps_tellsTwice() throws Exception {
    String script =
        """
        n=0
        trap 'n=$((n+1)); echo told $n; [ $n -lt 2 ] || exit 6' TERM
        echo ready
        while :; do sleep 0.01; done
        """;
    StopPlan plan = StopPlan.of(Signal.TERM, Duration.ofSeconds(1)).then(Signal.TERM, SOON);
    try (Child child = Command.of("sh", "-c", script).stopPlan(plan).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");

      StopReport report = child.stop();

      assertThat(report.signals()).containsExactly(Signal.TERM, Signal.TERM);
      assertThat(report.forced()).isFalse();
      assertThat(child.stdout().readLine()).isEqualTo("told 1");
      assertThat(child.stdout().readLine()).isEqualTo("told 2");
      assertThat(child.await()).isEqualTo(new Exit.Exited(6));
    }
  }

  @Test
  void stop_planOfOtherSignals_sendsThemInOrder() throws Exception {
    String script =
        "trap 'echo int' INT; trap 'echo hup' HUP; trap '' TERM; echo ready; "
            + "while :; do sleep 0.01; done";
    StopPlan plan =
        StopPlan.of(Signal.INT, Duration.ofSeconds(1)).then(Signal.HUP, Duration.ofSeconds(1));
    try (Child child = Command.of("sh", "-c", script).stopPlan(plan).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");

      StopReport report = child.stop();

      assertThat(report.signals()).containsExactly(Signal.INT, Signal.HUP, Signal.KILL);
      assertThat(child.stdout().readLine()).isEqualTo("int");
      assertThat(child.stdout().readLine()).isEqualTo("hup");
    }
  }

  @Test
  void stop_stoppedChild_endsByTermWithinTheGrace() throws Exception {
    try (Child child = Command.of(HelperPrograms.sleep(MINUTE)).spawn()) {
      child.signal(Signal.STOP);
      assertThat(Look.until(SOON, () -> Look.state(child.pid()) == 'T')).isTrue();

      StopReport report = child.stop(SOON);

      assertThat(report.forced()).isFalse();
      assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.TERM, false));
    }
  }

  @Test
  void stop_ofStoppedAndStubborn_isForced() throws Exception {
    try (Child child = Command.of(HelperPrograms.ignoreTerm()).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");
      child.signal(Signal.STOP);
      assertThat(Look.until(SOON, () -> Look.state(child.pid()) == 'T')).isTrue();

      assertThat(child.stop(SHORT).forced()).isTrue();
    }
  }

  @Test
  void stop_endedChild_doesNothing() throws Exception {
    try (Child child = Command.of("true").spawn()) {
      child.await();

      StopReport report = child.stop();

      assertThat(report.alreadyEnded()).isTrue();
      assertThat(report.signals()).isEmpty();
      assertThat(report.processes()).isZero();
      assertThat(child.result().cause()).isEqualTo(Cause.SELF);
    }
  }

  @Test
  void stop_twice_theSecondDoesNothing() throws Exception {
    try (Child child = Command.of(HelperPrograms.sleep(MINUTE)).spawn()) {
      assertThat(child.stop().alreadyEnded()).isFalse();
      assertThat(child.stop().alreadyEnded()).isTrue();
      assertThat(child.kill().alreadyEnded()).isTrue();
    }
  }

  @Test
  void kill_whileAStopWaits_endsBoth() throws Exception {
    try (Child child = Command.of(HelperPrograms.ignoreTerm()).spawn();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");
      Future<StopReport> patient = threads.submit(() -> child.stop(MINUTE));

      child.kill();

      assertThat(patient.get(20, TimeUnit.SECONDS).duration()).isLessThan(SOON);
      assertThat(child.isAlive()).isFalse();
    }
  }

  @Test
  void close_manyThreadsAtOnce_isIdempotent() throws Exception {
    for (int round = 0; round < 20; round++) {
      Child child = Command.of("sh", "-c", "sleep 60 & exec sleep 60").stdin(Stdio.pipe()).spawn();
      CyclicBarrier together = new CyclicBarrier(8);
      List<Future<?>> closers = new ArrayList<>();
      try (ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor();
          ExecutorService platform = Executors.newFixedThreadPool(4)) {
        for (int i = 0; i < 8; i++) {
          closers.add(
              (i < 4 ? virtual : platform)
                  .submit(() -> {
                    together.await();
                    child.close();
                    return child.isAlive();
                  }));
        }
        for (Future<?> closer : closers) {
          assertThat(closer.get(20, TimeUnit.SECONDS)).as("alive after close").isEqualTo(false);
        }
      }
      child.close();
      assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.TERM, false));
    }
  }

  @Test
  void stop_childThatIsJustEnding_isNotAliveAfterwards() throws Exception {
    for (int round = 0; round < 500; round++) {
      try (Child child = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
        child.stdin().close();
        LockSupport.parkNanos(round % 50 * 20_000L);

        child.stop();

        assertThat(child.isAlive()).as("alive after a stop, round %s", round).isFalse();
      }
    }
  }

  @Test
  void close_unreadOutput_endsTheChildAndFreesThePipe() {
    try (Child child = Command.of(HelperPrograms.endless()).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("endless");
    }
  }

  @Test
  void close_beforeResult_resultStillKnowsTheExit() throws Exception {
    Child child = Command.of(HelperPrograms.sleep(MINUTE)).spawn();
    child.close();

    assertThat(child.result().exit()).isEqualTo(new Exit.Signaled(Signal.TERM, false));
    assertThat(child.result().cause()).isEqualTo(Cause.STOPPED);
  }

  @Test
  void plan_negativeWait_isRefused() {
    assertThatThrownBy(() -> StopPlan.of(Signal.TERM, Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-0.001S");
  }
}
