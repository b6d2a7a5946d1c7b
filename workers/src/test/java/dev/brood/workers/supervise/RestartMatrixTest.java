package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Cause;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OTP's matrix: strategy, restart type and exit of the middle one of three children. */
class RestartMatrixTest {
  private static final Exit.Signaled KILLED = new Exit.Signaled(Signal.KILL, false);

  private long now;
  private long begun;
  private SupervisorCore core =
      new SupervisorCore(Supervisor.of(Strategy.ONE_FOR_ONE), "none", new SplittableRandom(1));

  @ParameterizedTest
  @CsvSource({
    "ONE_FOR_ONE,  PERMANENT, 0, b",
    "ONE_FOR_ONE,  PERMANENT, 1, b",
    "ONE_FOR_ONE,  PERMANENT, KILL, b",
    "ONE_FOR_ONE,  TRANSIENT, 0, ''",
    "ONE_FOR_ONE,  TRANSIENT, 1, b",
    "ONE_FOR_ONE,  TRANSIENT, KILL, b",
    "ONE_FOR_ONE,  TEMPORARY, 0, ''",
    "ONE_FOR_ONE,  TEMPORARY, 1, ''",
    "ONE_FOR_ONE,  TEMPORARY, KILL, ''",
    "ONE_FOR_ALL,  PERMANENT, 0, a b c",
    "ONE_FOR_ALL,  PERMANENT, KILL, a b c",
    "ONE_FOR_ALL,  TRANSIENT, 0, ''",
    "ONE_FOR_ALL,  TRANSIENT, 1, a b c",
    "ONE_FOR_ALL,  TEMPORARY, 1, ''",
    "REST_FOR_ONE, PERMANENT, 0, b c",
    "REST_FOR_ONE, PERMANENT, KILL, b c",
    "REST_FOR_ONE, TRANSIENT, 0, ''",
    "REST_FOR_ONE, TRANSIENT, 1, b c",
    "REST_FOR_ONE, TEMPORARY, KILL, ''",
  })
  void child_ends_restartsWhatStrategyAndTypeSay(
      Strategy strategy, Restart restart, String exit, String restarted) {
    begin(
        Supervisor.of(strategy)
            .child("a", spec())
            .child("b", spec().restart(restart))
            .child("c", spec()));

    List<Effect> effects = new ArrayList<>(end("b", 1, exit(exit)));

    effects.addAll(endAllStopped(effects));
    List<String> expected = restarted.isEmpty() ? List.of() : List.of(restarted.split(" "));
    assertThat(startsOf(effects)).isEqualTo(expected);
    assertThat(core.isUp()).isTrue();
  }

  private static Exit exit(String text) {
    return text.equals("KILL") ? KILLED : new Exit.Exited(Integer.parseInt(text));
  }

  @Test
  void temporarySibling_inAGroupRestart_isStoppedForGood() {
    begin(
        Supervisor.of(Strategy.ONE_FOR_ALL)
            .child("a", spec())
            .child("b", spec().restart(Restart.TEMPORARY)));

    List<Effect> effects = new ArrayList<>(end("a", 1, KILLED));
    effects.addAll(endAllStopped(effects));

    assertThat(startsOf(effects)).containsExactly("a");
    assertThat(core.status(now))
        .extracting(ChildStatus::state)
        .containsExactly(ChildState.RUNNING, ChildState.STOPPED);
  }

  @Test
  void intensity_window_slides() {
    begin(
        Supervisor.of(Strategy.ONE_FOR_ONE)
            .intensity(2, Duration.ofSeconds(10))
            .child("a", spec()));

    for (int run = 1; run <= 8; run++) {
      now += Duration.ofSeconds(5).toNanos();
      List<Effect> effects = end("a", run, KILLED);
      assertThat(startsOf(effects)).as("run %d", run).containsExactly("a");
      up("a", run + 1);
    }
    now += Duration.ofSeconds(4).toNanos();
    List<Effect> last = end("a", 9, KILLED);

    assertThat(last)
        .last()
        .isEqualTo(
            new Effect.Finish(
                new SupervisorEnd.IntensityExceeded(
                    "a", new Intensity(2, Duration.ofSeconds(10)))));
  }

  @Test
  void minimumUptime_endBeforeIt_isAFailureWhateverTheCode() {
    ChildSpec spec = spec().restart(Restart.TRANSIENT).minimumUptime(Duration.ofSeconds(5));
    begin(Supervisor.of(Strategy.ONE_FOR_ONE).child("a", spec));
    assertThat(core.isUp()).isFalse();
    now += Duration.ofSeconds(4).toNanos();

    assertThat(startsOf(end("a", 1, new Exit.Exited(0)))).containsExactly("a");
    up("a", 2);
    assertThat(core.wakeAt()).isEqualTo(now + Duration.ofSeconds(5).toNanos());
    now = core.wakeAt();
    core.handle(now, new Input.Tick());
    assertThat(core.isUp()).isTrue();
    List<Effect> effects = end("a", 2, new Exit.Exited(0));
    assertThat(startsOf(effects)).isEmpty();
    assertThat(core.status(now).getFirst().state()).isEqualTo(ChildState.COMPLETED);
  }

  @Test
  void giveUp_withSlowRetry_triesOnceEachTime() {
    ChildSpec spec = spec().giveUp(GiveUp.after(2).retryEvery(Duration.ofMinutes(5)));
    begin(Supervisor.of(Strategy.ONE_FOR_ONE).intensity(1, Duration.ofHours(1)).child("a", spec));

    up("a", end("a", 1, KILLED));
    for (int run = 2; run < 6; run++) {
      assertThat(startsOf(end("a", run, KILLED))).isEmpty();
      assertThat(core.status(now).getFirst().state()).isEqualTo(ChildState.GIVEN_UP);
      now += Duration.ofMinutes(5).toNanos();
      assertThat(startsOf(core.handle(now, new Input.Tick()))).containsExactly("a");
      up("a", run + 1);
    }
    assertThat(core.isUp()).isTrue();
  }

  private static ChildSpec spec() {
    return ChildSpec.of(Command.of("x")).backoff(Backoff.none());
  }

  private void begin(Supervisor supervisor) {
    core = new SupervisorCore(supervisor, "main", new SplittableRandom(1));
    upAll(core.handle(now, new Input.Begin()));
  }

  /** Lets everything that is started come up, one after the other. */
  private List<Effect> upAll(List<Effect> effects) {
    List<Effect> all = new ArrayList<>();
    for (Effect effect : effects) {
      if (effect instanceof Effect.Start(String id, var _, int run)) {
        List<Effect> more = up(id, run);
        all.addAll(more);
        all.addAll(upAll(more));
      }
    }
    return all;
  }

  private List<Effect> up(String id, int run) {
    begun = now;
    List<Effect> effects = new ArrayList<>(core.handle(now, new Input.Started(id, run, 7)));
    effects.addAll(core.handle(now, new Input.Ready(id, run)));
    return effects;
  }

  private void up(String id, List<Effect> effects) {
    assertThat(startsOf(effects)).containsExactly(id);
    upAll(effects);
  }

  private List<Effect> end(String id, int run, Exit exit) {
    return core.handle(now, new Input.Ended(id, death(run, exit, Cause.SELF)));
  }

  /** Ends what was asked to, in the order of the asking, and lets come up what follows. */
  private List<Effect> endAllStopped(List<Effect> effects) {
    List<Effect> all = new ArrayList<>(upAll(effects));
    List<Effect> open = new ArrayList<>(effects);
    while (!open.isEmpty()) {
      if (open.removeFirst() instanceof Effect.Stop(String id, int run, var _)) {
        List<Effect> more =
            core.handle(now, new Input.Ended(id, death(run, KILLED, Cause.STOPPED)));
        all.addAll(more);
        open.addAll(more);
        all.addAll(upAll(more));
      }
    }
    return all;
  }

  private Death death(int run, Exit exit, Cause cause) {
    return new Death(
        run,
        7,
        Instant.EPOCH,
        Duration.ofNanos(now - begun),
        new Ending.ProcessEnded(exit, cause),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  private static List<String> startsOf(List<Effect> effects) {
    return effects.stream()
        .filter(Effect.Start.class::isInstance)
        .map(effect -> ((Effect.Start) effect).child())
        .toList();
  }
}
