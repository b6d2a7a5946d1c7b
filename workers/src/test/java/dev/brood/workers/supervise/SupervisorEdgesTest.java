package dev.brood.workers.supervise;

import static dev.brood.workers.supervise.HandDrivenCore.KILLED;
import static dev.brood.workers.supervise.HandDrivenCore.startsOf;
import static dev.brood.workers.supervise.HandDrivenCore.stopsOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a supervisor decides where two things come together. */
class SupervisorEdgesTest {
  private static final Exit DONE = new Exit.Exited(0);

  @Test
  void oneForAll_twoDieAtOnce_countsOneRestart() {
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ALL)
                .intensity(1, Duration.ofMinutes(1))
                .child("a", spec())
                .child("b", spec())
                .child("c", spec()));

    assertThat(stopsOf(driven.die("a", KILLED))).containsExactly("c");
    assertThat(stopsOf(driven.die("b", KILLED))).isEmpty();
    List<Effect> effects = driven.obey("c");

    assertThat(startsOf(effects)).containsExactly("a");
    assertThat(startsOf(driven.upAll(effects))).containsExactly("b", "c");
    assertThat(driven.core().isUp()).isTrue();
  }

  @Test
  void oneForOne_twoDieAtOnce_countsTwoRestarts() {
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ONE)
                .intensity(1, Duration.ofMinutes(1))
                .child("a", spec())
                .child("b", spec()));

    assertThat(startsOf(driven.die("a", KILLED))).containsExactly("a");
    assertThat(stopsOf(driven.die("b", KILLED))).containsExactly("a");

    assertThat(driven.obey("a"))
        .last()
        .isEqualTo(
            new Effect.Finish(
                new SupervisorEnd.IntensityExceeded("b", new Intensity(1, Duration.ofMinutes(1)))));
  }

  @Test
  void restForOne_addedChild_comesAfterTheOthers() {
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.REST_FOR_ONE).child("a", spec()).child("b", spec()));
    assertThat(startsOf(driven.feed(new Input.Add("c", spec())))).containsExactly("c");
    driven.up("c");

    List<Effect> effects = driven.die("b", KILLED);

    assertThat(stopsOf(effects)).containsExactly("c");
    assertThat(startsOf(driven.obeyAll(effects))).containsExactly("b", "c");
    assertThat(driven.status("a").runs()).isEqualTo(1);
  }

  @Test
  void groupRestart_completedStartsAgainAndTerminatedStays() {
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ALL)
                .child("job", spec().restart(Restart.TRANSIENT))
                .child("off", spec())
                .child("web", spec()));
    assertThat(startsOf(driven.die("job", DONE))).isEmpty();
    assertThat(stopsOf(driven.feed(new Input.Terminate("off")))).containsExactly("off");
    assertThat(startsOf(driven.obey("off"))).isEmpty();

    List<Effect> effects = driven.die("web", KILLED);

    assertThat(startsOf(effects)).containsExactly("job");
    assertThat(startsOf(driven.upAll(effects))).containsExactly("web");
    assertThat(driven.state("off")).isEqualTo(ChildState.STOPPED);
  }

  @Test
  void backoff_delayedRestart_isCountedAtTheDeath() {
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ONE)
                .intensity(1, Duration.ofSeconds(10))
                .child("a", spec().backoff(Backoff.fixed(Duration.ofSeconds(9)))));

    assertThat(startsOf(driven.die("a", KILLED))).isEmpty();
    assertThat(driven.state("a")).isEqualTo(ChildState.BACKING_OFF);
    assertThat(startsOf(driven.tickAfter(Duration.ofSeconds(9)))).containsExactly("a");
    driven.up("a");
    driven.pass(Duration.ofSeconds(1)); // ten since the first death, one since its restart

    assertThat(startsOf(driven.die("a", KILLED))).isEmpty();
    assertThat(driven.state("a")).isEqualTo(ChildState.BACKING_OFF);
  }

  @Test
  void calls_whileBackingOff_endTheWait() {
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ONE)
                .child("a", spec().backoff(Backoff.fixed(Duration.ofHours(1)))));
    assertThat(startsOf(driven.die("a", KILLED))).isEmpty();

    assertThat(driven.core().objection(new Input.Delete("a"))).isPresent();
    assertThat(startsOf(driven.feed(new Input.Restart("a")))).containsExactly("a");
    driven.up("a");
    assertThat(driven.status("a").deathsInRow()).isZero();
    assertThat(startsOf(driven.die("a", KILLED))).isEmpty();
    assertThat(startsOf(driven.feed(new Input.Terminate("a")))).isEmpty();
    assertThat(driven.core().wakeAt()).isEqualTo(CoreChild.NEVER);
    assertThat(startsOf(driven.tickAfter(Duration.ofHours(2)))).isEmpty();
    assertThat(driven.state("a")).isEqualTo(ChildState.STOPPED);
  }

  @Test
  void unhealthy_childThatIsToEndAnyway_changesNothing() {
    ChildSpec web = spec().health(Health.tcp("localhost", 1).whenUnhealthy(UnhealthyAction.STOP));
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ALL).child("web", web).child("db", spec()));
    assertThat(stopsOf(driven.die("db", KILLED))).containsExactly("web");

    // As a server that no longer takes connections because it is stopping.
    List<Effect> effects =
        driven.feed(new Input.HealthChanged("web", 1, new HealthChange.Unhealthy("refused", 3)));
    assertThat(effects).hasOnlyElementsOfType(Effect.Tell.class);

    assertThat(startsOf(driven.obey("web"))).containsExactly("web");
  }

  @Test
  void terminated_laterOneEndsAlone_isNotWaitedFor() {
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ONE)
                .child("a", spec())
                .child("b", spec())
                .child("c", spec()));
    assertThat(stopsOf(driven.feed(new Input.NotReady("c", 1, "late")))).containsExactly("c");

    assertThat(stopsOf(driven.feed(new Input.Terminate("a")))).containsExactly("a");
    assertThat(stopsOf(driven.feed(new Input.Stop()))).isEmpty();
    assertThat(stopsOf(driven.obey("c"))).containsExactly("b");
  }

  @Test
  void terminated_othersAreRestartedTogether_waitsOnlyForThoseOfItsGroup() {
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.REST_FOR_ONE)
                .child("a", spec())
                .child("b", spec())
                .child("c", spec())
                .child("d", spec()));
    assertThat(stopsOf(driven.feed(new Input.Terminate("d")))).containsExactly("d");

    assertThat(stopsOf(driven.die("b", KILLED))).as("c, before d has ended").isEmpty();
    assertThat(stopsOf(driven.feed(new Input.Terminate("a")))).containsExactly("a");
    assertThat(stopsOf(driven.obey("d"))).containsExactly("c");
    assertThat(startsOf(driven.obey("c"))).as("b, before a is settled").isEmpty();
    assertThat(startsOf(driven.obey("a"))).containsExactly("b");
  }

  @Test
  void backoff_helperOfADeadChildTakesLong_isNoHealthyTime() {
    Backoff backoff =
        Backoff.fixed(Duration.ofMillis(1)).fastFirst().resetAfter(Duration.ofSeconds(10));
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ONE).child("a", spec().backoff(backoff)));
    driven.pass(Duration.ofSeconds(9));
    assertThat(startsOf(driven.clearedAfter(Duration.ofSeconds(20), "a", KILLED)))
        .containsExactly("a");
    driven.up("a");
    driven.pass(Duration.ofSeconds(9));

    assertThat(startsOf(driven.clearedAfter(Duration.ofSeconds(20), "a", KILLED))).isEmpty();
    assertThat(driven.status("a").deathsInRow()).isEqualTo(2);
  }

  @Test
  void allSignificant_theLastIsGivenUpForGood_endsTheSupervisor() {
    ChildSpec job = spec().restart(Restart.TRANSIENT).significant();
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ONE)
                .autoShutdown(AutoShutdown.ALL_SIGNIFICANT)
                .child("a", job.giveUp(GiveUp.after(1)))
                .child("b", job)
                .child("side", spec()));
    assertThat(stopsOf(driven.die("b", DONE))).isEmpty();

    assertThat(stopsOf(driven.die("a", KILLED))).containsExactly("side");
    assertThat(driven.obey("side"))
        .last()
        .isEqualTo(new Effect.Finish(new SupervisorEnd.SignificantEnded("a")));
  }

  @Test
  void anySignificant_oneThatCannotBeEnded_endsTheSupervisorUnlessACallHasStoppedIt() {
    Supervisor supervisor =
        Supervisor.of(Strategy.ONE_FOR_ONE)
            .autoShutdown(AutoShutdown.ANY_SIGNIFICANT)
            .child("job", spec().restart(Restart.TRANSIENT).significant())
            .child("side", spec());
    HandDrivenCore driven = HandDrivenCore.begun(supervisor);
    assertThat(stopsOf(driven.survive("job"))).containsExactly("side");

    HandDrivenCore called = HandDrivenCore.begun(supervisor);
    assertThat(stopsOf(called.feed(new Input.Terminate("job")))).containsExactly("job");
    assertThat(stopsOf(called.survive("job"))).isEmpty();
    assertThat(called.state("job")).isEqualTo(ChildState.GIVEN_UP);
  }

  @Test
  void allSignificant_anotherIsTriedAgainLater_goesOn() {
    ChildSpec job = spec().restart(Restart.TRANSIENT).significant();
    GiveUp slowly = GiveUp.after(1).retryEvery(Duration.ofMinutes(5));
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ONE)
                .autoShutdown(AutoShutdown.ALL_SIGNIFICANT)
                .child("a", job)
                .child("b", job.giveUp(slowly))
                .child("side", spec()));
    assertThat(startsOf(driven.die("b", KILLED))).isEmpty();

    assertThat(stopsOf(driven.die("a", DONE))).isEmpty();
    assertThat(startsOf(driven.tickAfter(Duration.ofMinutes(5)))).containsExactly("b");
    driven.up("b");
    assertThat(stopsOf(driven.die("b", DONE))).containsExactly("side");
  }

  @Test
  void significant_terminatedByACall_doesNotEndTheSupervisor() {
    ChildSpec job = spec().restart(Restart.TEMPORARY).significant();
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ONE)
                .autoShutdown(AutoShutdown.ANY_SIGNIFICANT)
                .child("job", job)
                .child("side", spec()));

    assertThat(driven.obeyAll(driven.feed(new Input.Terminate("job"))))
        .doesNotHaveAnyElementsOfTypes(Effect.Stop.class, Effect.Finish.class);
    assertThat(driven.state("side")).isEqualTo(ChildState.RUNNING);
  }

  @Test
  void significant_diesAndIsRestarted_doesNotEndTheSupervisor() {
    ChildSpec job = spec().restart(Restart.TRANSIENT).significant();
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ONE)
                .autoShutdown(AutoShutdown.ANY_SIGNIFICANT)
                .child("job", job));

    assertThat(startsOf(driven.die("job", KILLED))).containsExactly("job");
    driven.up("job");
    assertThat(driven.die("job", DONE))
        .last()
        .isEqualTo(new Effect.Finish(new SupervisorEnd.SignificantEnded("job")));
  }

  @Test
  void restartChild_whileItIsTerminated_startsItAgain() {
    HandDrivenCore driven =
        HandDrivenCore.begun(Supervisor.of(Strategy.ONE_FOR_ONE).child("a", spec()));
    assertThat(stopsOf(driven.feed(new Input.Terminate("a")))).containsExactly("a");

    assertThat(stopsOf(driven.feed(new Input.Restart("a")))).isEmpty();
    assertThat(startsOf(driven.obey("a"))).containsExactly("a");
  }

  private static ChildSpec spec() {
    return ChildSpec.of(Command.of("x")).backoff(Backoff.none());
  }
}
