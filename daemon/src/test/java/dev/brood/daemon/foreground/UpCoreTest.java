package dev.brood.daemon.foreground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.daemon.apps.Host;
import dev.brood.daemon.apps.InstancePlan;
import dev.brood.daemon.apps.Planner;
import dev.brood.daemon.config.BroodFile;
import dev.brood.daemon.foreground.UpCore.Effect;
import dev.brood.daemon.foreground.UpCore.Input;
import dev.brood.process.Cause;
import dev.brood.process.Exit;
import dev.brood.workers.supervise.ChildState;
import dev.brood.workers.supervise.ChildStatus;
import dev.brood.workers.supervise.Condition;
import dev.brood.workers.supervise.Death;
import dev.brood.workers.supervise.Dependency;
import dev.brood.workers.supervise.Ending;
import dev.brood.workers.supervise.SupervisorEnd;
import dev.brood.workers.supervise.SupervisorEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code up} decides, without any process. */
class UpCoreTest {
  private static final String TWO = "[{script: sh, name: a}, {script: sh, name: b}]";

  @TempDir Path directory;

  @Test
  void lastOne_completes_stopsTheSupervisor() throws IOException {
    UpCore core = core(TWO, false);
    assertThat(ended(core, "a", 0)).doesNotContain(new Effect.Stop());
    assertThat(completed(core, "a", true)).isEmpty();
    assertThat(ended(core, "b", 0)).doesNotContain(new Effect.Stop());
    assertThat(completed(core, "b", true)).containsExactly(new Effect.Stop());
    assertThat(core.summary().text()).isEqualTo("2 succeeded (a, b); exit code 0");
  }

  @Test
  void one_givenUp_stopsTheOthersAndGivesTheCode() throws IOException {
    UpCore core = core(TWO, false);
    assertThat(ended(core, "a", 7)).hasSize(1);
    assertThat(core.handle(told(givenUp("a"))))
        .containsExactly(
            new Effect.Notice("a", "given up: 3 deaths in a row"),
            new Effect.Notice("brood", "stopping the others"),
            new Effect.Stop());
    assertThat(core.summary().exitCode()).isEqualTo(7);
  }

  @Test
  void one_givenUpAndKeepGoing_leavesTheOthers() throws IOException {
    UpCore core = core(TWO, true);
    assertThat(ended(core, "a", 7)).hasSize(1);
    assertThat(core.handle(told(givenUp("a")))).doesNotContain(new Effect.Stop());
    assertThat(ended(core, "b", 8)).hasSize(1);
    assertThat(core.handle(told(givenUp("b")))).contains(new Effect.Stop());
    assertThat(core.summary().text()).isEqualTo("2 failed (a, b); exit code 7");
  }

  @Test
  void one_waitsInVain_isAFailureUnlessAllIsBeingStopped() throws IOException {
    Dependency on = new Dependency("b", Condition.READY, false);
    SupervisorEvent vain = new SupervisorEvent.Waiting("up", "a", on, true);
    UpCore core = core(TWO, false);
    assertThat(core.handle(told(vain)))
        .contains(
            new Effect.Notice("a", "cannot start any more: waits for b to be ready"),
            new Effect.Stop());
    assertThat(core.summary().exitCode()).isEqualTo(1);
    UpCore stopping = core(TWO, false);
    assertThat(stopping.handle(new Input.Signalled("TERM"))).contains(new Effect.Stop());
    assertThat(stopping.handle(told(vain))).isEmpty();
    assertThat(stopping.summary().exitCode()).isZero();
  }

  @Test
  void first_startFails_isNotTriedAgain() throws IOException {
    UpCore core = core(TWO, false);
    Death death = death(new Ending.NotStarted("cannot start"), 1, Optional.empty());
    assertThat(core.handle(told(new SupervisorEvent.Ended("up", "a", death, false))))
        .contains(new Effect.Rest("a"), new Effect.Stop());
    SupervisorEvent late = new SupervisorEvent.Restarting("up", "a", 1, Duration.ZERO);
    assertThat(core.handle(told(late))).isEmpty();
    assertThat(core.summary().text()).isEqualTo("2 not started (b, a); exit code 126");
  }

  @Test
  void signals_secondKills_hangUpDoesNot() throws IOException {
    UpCore core = core(TWO, false);
    assertThat(core.handle(new Input.Signalled("INT")))
        .containsExactly(
            new Effect.Notice("brood", "SIGINT: stopping all; again kills"), new Effect.Stop());
    assertThat(core.handle(new Input.Signalled("HUP"))).isEmpty();
    assertThat(core.handle(new Input.Signalled("INT"))).contains(new Effect.Kill());
    assertThat(core.summary().exitCode()).isEqualTo(130);
  }

  @Test
  void stop_whileOneIsDue_namesItAndIsNoFailure() throws IOException {
    UpCore core = core(TWO, false);
    assertThat(ended(core, "a", 7)).hasSize(1);
    SupervisorEvent due = new SupervisorEvent.Restarting("up", "a", 2, Duration.ofMillis(90));
    assertThat(core.handle(told(due)))
        .containsExactly(new Effect.Notice("a", "restart 2 of 16 in 0.09 s"));
    assertThat(core.handle(new Input.Signalled("TERM"))).contains(new Effect.Stop());
    assertThat(core.summary().text())
        .isEqualTo("1 not started (b), 1 due to restart (a), 1 restart; exit code 0");
  }

  @Test
  void eventsLost_looksAtTheChildrenAndMissesNoEnd() throws IOException {
    UpCore core = core(TWO, false);
    assertThat(core.handle(told(new SupervisorEvent.EventsLost("up", 3))))
        .contains(new Effect.Survey());
    Ending success = new Ending.ProcessEnded(new Exit.Exited(0), Cause.SELF);
    Ending failure = new Ending.ProcessEnded(new Exit.Exited(5), Cause.SELF);
    ChildStatus fine = status("a", ChildState.COMPLETED, death(success, 1, Optional.empty()));
    assertThat(core.handle(new Input.Surveyed(List.of(fine)))).isEmpty();
    ChildStatus failed = status("b", ChildState.COMPLETED, death(failure, 1, Optional.empty()));
    assertThat(core.handle(new Input.Surveyed(List.of(fine, failed)))).as("to be told").isEmpty();
    assertThat(core.handle(told(new SupervisorEvent.EventsLost("up", 1)))).hasSize(2);
    assertThat(core.handle(new Input.Surveyed(List.of(fine, failed)))).contains(new Effect.Stop());
    assertThat(core.summary().text()).isEqualTo("1 succeeded (a), 1 failed (b); exit code 5");
  }

  @Test
  void one_stoppedAndLeftSo_isAFailureThatNoEventTells() throws IOException {
    UpCore core = core(TWO, false);
    assertThat(ended(core, "b", 0)).hasSize(1);
    assertThat(completed(core, "b", true)).isEmpty();
    Ending stopped = new Ending.ProcessEnded(new Exit.Exited(0), Cause.STOPPED);
    Death death = death(stopped, 1, Optional.of("bound to \"b\""));
    assertThat(core.handle(told(new SupervisorEvent.Ended("up", "a", death, true))))
        .contains(new Effect.Survey());
    assertThat(core.handle(surveyed("a", ChildState.WAITING, death))).isEmpty();
    assertThat(core.handle(surveyed("a", ChildState.GIVEN_UP, death))).as("told yet").isEmpty();
    assertThat(core.handle(surveyed("a", ChildState.STOPPED, death)))
        .containsExactly(new Effect.Notice("a", "not restarted"), new Effect.Stop());
    assertThat(core.summary().text()).isEqualTo("1 succeeded (b), 1 failed (a); exit code 1");
  }

  @Test
  void one_stoppedBecauseASignificantOneEnded_isNoFailure() throws IOException {
    UpCore core = core("[{script: sh, name: a}, {script: sh, name: b, significant: true}]", false);
    Ending stopped = new Ending.ProcessEnded(new Exit.Exited(0), Cause.STOPPED);
    Death death = death(stopped, 1, Optional.empty());
    assertThat(
            core.handle(
                new Input.Surveyed(
                    List.of(
                        status("a", ChildState.STOPPED, death),
                        status("b", ChildState.COMPLETED, death)))))
        .isEmpty();
  }

  @Test
  void one_thatCannotBeEnded_isNamedSoInTheLastLine() throws IOException {
    UpCore core = core(TWO, false);
    Death death = death(new Ending.Survived(List.of(99L)), 1, Optional.empty());
    assertThat(core.handle(told(new SupervisorEvent.Ended("up", "a", death, true)))).isNotEmpty();
    assertThat(core.handle(told(givenUp("a")))).contains(new Effect.Stop());
    assertThat(core.summary().text())
        .isEqualTo("1 not started (b), 1 could not be ended (a); exit code 1");
  }

  @Test
  void finished_isOverOnceTheSupervisorSaysSo() throws IOException {
    UpCore core = core(TWO, false);
    assertThat(core.isFinished()).isFalse();
    SupervisorEvent finished = new SupervisorEvent.Finished("up", new SupervisorEnd.Stopped());
    assertThat(core.handle(told(finished))).isEmpty();
    assertThat(core.isFinished()).isTrue();
  }

  private static List<Effect> ended(UpCore core, String child, int code) {
    Ending ending = new Ending.ProcessEnded(new Exit.Exited(code), Cause.SELF);
    Death death = death(ending, 1, Optional.empty());
    return core.handle(told(new SupervisorEvent.Ended("up", child, death, false)));
  }

  private static List<Effect> completed(UpCore core, String child, boolean success) {
    return core.handle(told(new SupervisorEvent.Completed("up", child, success)));
  }

  private static SupervisorEvent givenUp(String child) {
    return new SupervisorEvent.GivenUp("up", child, "3 deaths in a row", Optional.empty());
  }

  private static Input told(SupervisorEvent event) {
    return new Input.Told(event);
  }

  private static Death death(Ending ending, int run, Optional<String> reason) {
    Duration lifetime = Duration.ofMillis(20);
    return new Death(run, 99, Instant.EPOCH, lifetime, ending, reason, Optional.empty(), List.of());
  }

  private static Input surveyed(String id, ChildState state, Death last) {
    return new Input.Surveyed(List.of(status(id, state, last)));
  }

  private static ChildStatus status(String id, ChildState state, Death last) {
    return new ChildStatus(
        id,
        state,
        OptionalLong.empty(),
        1,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(last));
  }

  private UpCore core(String yaml, boolean keepGoing) throws IOException {
    Path file = Files.writeString(directory.resolve("brood.yaml"), yaml);
    List<InstancePlan> plans =
        new Planner(new Host(System.getenv(), 2), Optional.empty())
            .plan(BroodFile.read(file, Map.of()));
    return new UpCore(plans, keepGoing);
  }
}
