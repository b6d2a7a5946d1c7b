package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.brood.testkit.HelperPrograms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Stopping a child takes everything that it started along. A mark in the environment finds all
 * descendants, so that these tests do not depend on what the engine knows.
 */
class TreeStopTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final String mark = Look.newMark();

  @AfterEach
  void killWhatIsLeft() {
    Look.killAll(Look.marked(mark));
  }

  @ParameterizedTest
  @EnumSource
  void stop_threeLevels_allEnd(Group group) throws Exception {
    try (Child child = marked(HelperPrograms.threeLevels()).group(group).spawn()) {
      List<Long> pids = readPids(child, 3);
      assertThat(pids).allMatch(Look::lives);

      StopReport report = child.stop(GRACE);

      assertThat(Look.marked(mark)).isEmpty();
      assertThat(pids).noneMatch(Look::lives);
      assertThat(report.forced()).isFalse();
      assertThat(report.signals()).containsExactly(Signal.TERM);
      assertThat(report.processes()).isGreaterThanOrEqualTo(3);
      assertThat(report.survivors()).isEmpty();
      assertThat(report.duration()).isLessThan(GRACE);
      assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.TERM, false));
      assertThat(child.result().cause()).isEqualTo(Cause.STOPPED);
    }
  }

  @Test
  void kill_threeLevels_allEnd() throws Exception {
    try (Child child = marked(HelperPrograms.stubbornTree()).spawn()) {
      readPids(child, 3);

      StopReport report = child.kill();

      assertThat(Look.marked(mark)).isEmpty();
      assertThat(report.signals()).containsExactly(Signal.KILL);
      assertThat(report.forced()).isTrue();
      assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.KILL, false));
    }
  }

  @Test
  void close_threeLevels_allEnd() throws Exception {
    try (Child child = marked(HelperPrograms.threeLevels()).spawn()) {
      readPids(child, 3);
    }

    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void stop_stubbornTree_isForcedAfterTheGrace() throws Exception {
    try (Child child = marked(HelperPrograms.stubbornTree()).spawn()) {
      readPids(child, 3);

      StopReport report = child.stop(Duration.ofMillis(200));

      assertThat(Look.marked(mark)).isEmpty();
      assertThat(report.signals()).containsExactly(Signal.TERM, Signal.KILL);
      assertThat(report.duration()).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }
  }

  @ParameterizedTest
  @EnumSource
  void stop_fiftyChildren_allEnd(Group group) throws Exception {
    try (Child child = marked(HelperPrograms.children(50)).group(group).spawn()) {
      List<Long> pids = readPids(child, 50);

      StopReport report = child.stop(GRACE);

      assertThat(pids).noneMatch(Look::lives);
      assertThat(Look.marked(mark)).isEmpty();
      assertThat(report.processes()).isGreaterThanOrEqualTo(51);
      assertThat(report.forced()).isFalse();
    }
  }

  @Test
  void stop_membersAdoptedByInit_theyEndToo() throws Exception {
    String script = "(sleep 60 & sleep 60 & echo adopted); echo ready; exec sleep 60";
    try (Child child = marked(List.of("sh", "-c", script)).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("adopted");
      assertThat(child.stdout().readLine()).isEqualTo("ready");
      assertThat(
              Look.until(
                  SOON,
                  () -> {
                    List<Long> all = Look.marked(mark);
                    return all.size() == 3
                        && all.contains(child.pid())
                        && all.stream().noneMatch(pid -> Look.parent(pid) == child.pid());
                  }))
          .as("the child and two that have no parent of the tree")
          .isTrue();

      child.stop(GRACE);

      assertThat(Look.marked(mark)).isEmpty();
    }
  }

  @Test
  void close_leaderGoneGroupLives_membersEnd() throws Exception {
    try (Child child =
        marked(HelperPrograms.grandchildHoldsOutput(Duration.ofMinutes(1))).spawn()) {
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
      assertThat(Look.areMarked(mark, 1, SOON)).isTrue();
      assertThat(child.signalGroup(Signal.of("WINCH"))).as("somebody is left").isTrue();
      assertThat(child.signal(Signal.TERM)).as("the child itself is dead").isFalse();
    }

    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void stop_descendantInItsOwnSession_endsToo() throws Exception {
    String script = "setsid sh -c 'sleep 60 & echo $!; wait' & echo $!; exec sleep 60";
    try (Child child = marked(List.of("sh", "-c", script)).spawn()) {
      List<Long> pids = readPids(child, 2);
      assertThat(Look.until(SOON, () -> pids.stream().anyMatch(pid -> Look.session(pid) == pid)))
          .isTrue();

      StopReport report = child.stop(GRACE);

      assertThat(Look.marked(mark)).isEmpty();
      assertThat(report.forced()).isFalse();
    }
  }

  @Test
  void kill_descendantInItsOwnSession_endsToo() throws Exception {
    String script = "setsid sh -c 'trap \"\" TERM; echo ready; sleep 60; sleep 60' & wait";
    try (Child child = marked(List.of("sh", "-c", script)).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");

      child.kill();

      assertThat(Look.marked(mark)).isEmpty();
    }
  }

  /** The limit that the engine states: it left group and parent before the stop began. */
  @Test
  void stop_escapedEarlier_endsAnywayAndInTime() throws Exception {
    try (Child child = marked(HelperPrograms.escapee()).spawn()) {
      long escaped = Long.parseLong(child.stdout().readLine());
      assertThat(Look.until(SOON, () -> Look.parent(escaped) != child.pid())).isTrue();

      StopReport report = child.stop(GRACE);

      assertThat(child.isAlive()).isFalse();
      assertThat(report.duration()).isLessThan(GRACE);
      assertThat(Look.marked(mark)).isSubsetOf(escaped);
    }
  }

  @Test
  void stop_escapedEarlierButContained_endsToo() throws Exception {
    try (Child child = marked(HelperPrograms.escapee()).contained().spawn()) {
      long escaped = Long.parseLong(child.stdout().readLine());
      assertThat(Look.until(SOON, () -> Look.parent(escaped) != child.pid())).isTrue();
      assumeTrue(
          Look.controlGroup(escaped).contains("brood"),
          "SKIPPED: no control group can be made here");

      child.stop(GRACE);

      assertThat(Look.until(SOON, () -> Look.marked(mark).isEmpty())).isTrue();
    }
  }

  @RepeatedTest(5)
  void kill_forkingChain_nothingEscapes() throws Exception {
    killWhileForking(HelperPrograms.forkingChain(200), StopPlan.KILL);
  }

  @RepeatedTest(5)
  void kill_forkingOrphans_nothingEscapes() throws Exception {
    killWhileForking(HelperPrograms.forkingOrphans(200), StopPlan.KILL);
  }

  @RepeatedTest(3)
  void stop_forkingOrphans_nothingEscapes() throws Exception {
    // Those forked after SIGTERM was sent get it when the child itself has ended.
    StopPlan plan = StopPlan.of(Signal.TERM, Duration.ofMillis(100));
    killWhileForking(HelperPrograms.forkingOrphans(200), plan);
  }

  /** Each generation is in a session of its own, so that no group's signal reaches it. */
  @RepeatedTest(5)
  void kill_forkingSessions_nothingEscapes() throws Exception {
    killWhileForking(sessions(200), StopPlan.KILL);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void kill_wideForkBomb_nothingEscapes(boolean lonely) throws Exception {
    // Every process forks two, six deep, as fast as it can: 127 processes.
    String generation =
        "[ $1 -gt 0 ] || exec sleep 60; sh -c \"$2\" sh $(($1 - 1)) \"$2\" & "
            + "sh -c \"$2\" sh $(($1 - 1)) \"$2\" & "
            + (lonely ? "exit 0" : "wait");
    killWhileForking(List.of("sh", "-c", generation, "sh", "6", generation), StopPlan.KILL);
  }

  @Test
  void stop_stoppedDescendant_endsWithinTheGrace() throws Exception {
    String script = "sh -c 'echo $$; exec sleep 60' & wait";
    try (Child child = marked(List.of("sh", "-c", script)).spawn()) {
      long grandchild = Long.parseLong(child.stdout().readLine());
      Command.of("kill", "-s", "STOP", Long.toString(grandchild)).run();
      assertThat(Look.until(SOON, () -> Look.state(grandchild) == 'T')).isTrue();

      StopReport report = child.stop(GRACE);

      assertThat(report.forced()).isFalse();
      assertThat(Look.marked(mark)).isEmpty();
    }
  }

  private void killWhileForking(List<String> argv, StopPlan plan) throws Exception {
    try (Child child = marked(argv).stopPlan(plan).spawn()) {
      assertThat(Look.until(SOON, () -> Look.marked(mark).size() >= 12)).isTrue();

      StopReport report = child.stop();

      assertThat(Look.marked(mark)).as("left by %s", report).isEmpty();
      assertThat(report.survivors()).isEmpty();
      assertThat(child.isAlive()).isFalse();
    }
  }

  private static List<String> sessions(int generations) {
    String generation =
        "[ $1 -gt 0 ] || exit 0; sleep 60 & setsid sh -c \"$2\" sh $(($1 - 1)) \"$2\" & wait";
    return List.of("sh", "-c", generation, "sh", Integer.toString(generations), generation);
  }

  private Command marked(List<String> argv) {
    return Command.of(argv).env(Look.MARK, mark);
  }

  private static List<Long> readPids(Child child, int count) {
    List<Long> pids = new ArrayList<>();
    while (pids.size() < count) {
      pids.add(Long.valueOf(child.stdout().readLine()));
    }
    return pids;
  }

  @Test
  void stop_childStartsAnotherWhenTold_isToldToo() throws Exception {
    // A shell's child that is told before it has become another program is deaf to it.
    String script =
        """
        told() {
          sleep 1000 &
          until read -r name </proc/$!/comm && [ "$name" = sleep ]; do :; done
          exit 0
        }
        trap told TERM
        echo ready
        while :; do sleep 0.01; done
        """;
    try (Child child = marked(List.of("sh", "-c", script)).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");

      StopReport report = child.stop(Duration.ofMinutes(1));

      assertThat(Look.marked(mark)).isEmpty();
      assertThat(report.forced()).isFalse();
    }
  }

  @Test
  void stop_whileAnotherWaitsForWhatTheDeadChildLeft_waitsToo() throws Exception {
    String script =
        """
        trap 'exit 0' TERM
        sh -c 'trap "" TERM; echo ready; sleep 1000' &
        wait
        """;
    try (Child child = marked(List.of("sh", "-c", script)).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");
      Thread first = Thread.startVirtualThread(() -> child.stop(Duration.ofMinutes(1)));
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
      assertThat(Look.marked(mark)).isNotEmpty();

      StopReport second = child.kill();

      assertThat(second.alreadyEnded()).isFalse();
      assertThat(Look.marked(mark)).isEmpty();
      first.join();
    }
  }
}
