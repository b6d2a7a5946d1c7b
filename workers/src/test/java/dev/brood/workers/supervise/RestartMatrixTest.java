package dev.brood.workers.supervise;

import static dev.brood.workers.supervise.HandDrivenCore.KILLED;
import static dev.brood.workers.supervise.HandDrivenCore.startsOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OTP's matrix: strategy, restart type and exit of the middle one of three children. */
class RestartMatrixTest {
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
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(strategy)
                .child("a", spec())
                .child("b", spec().restart(restart))
                .child("c", spec()));

    List<Effect> effects = new ArrayList<>(driven.die("b", exit(exit)));

    effects.addAll(driven.obeyAll(effects));
    List<String> expected = restarted.isEmpty() ? List.of() : List.of(restarted.split(" "));
    assertThat(startsOf(effects)).isEqualTo(expected);
    assertThat(driven.core().isUp()).isTrue();
  }

  private static Exit exit(String text) {
    return text.equals("KILL") ? KILLED : new Exit.Exited(Integer.parseInt(text));
  }

  @Test
  void temporarySibling_inAGroupRestart_isStoppedForGood() {
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ALL)
                .child("a", spec())
                .child("b", spec().restart(Restart.TEMPORARY)));

    List<Effect> effects = new ArrayList<>(driven.die("a", KILLED));
    effects.addAll(driven.obeyAll(effects));

    assertThat(startsOf(effects)).containsExactly("a");
    assertThat(driven.state("a")).isEqualTo(ChildState.RUNNING);
    assertThat(driven.state("b")).isEqualTo(ChildState.STOPPED);
  }

  @Test
  void intensity_window_slides() {
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ONE)
                .intensity(2, Duration.ofSeconds(10))
                .child("a", spec()));

    for (int run = 1; run <= 8; run++) {
      driven.pass(Duration.ofSeconds(5));
      List<Effect> effects = driven.die("a", KILLED);
      assertThat(startsOf(effects)).as("run %d", run).containsExactly("a");
      driven.up("a");
    }
    driven.pass(Duration.ofSeconds(4));
    List<Effect> last = driven.die("a", KILLED);

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
    HandDrivenCore driven =
        HandDrivenCore.begun(Supervisor.of(Strategy.ONE_FOR_ONE).child("a", spec));
    assertThat(driven.core().isUp()).isFalse();
    driven.pass(Duration.ofSeconds(4));

    assertThat(startsOf(driven.die("a", new Exit.Exited(0)))).containsExactly("a");
    driven.up("a");
    assertThat(driven.core().wakeAt()).isEqualTo(driven.now() + Duration.ofSeconds(5).toNanos());
    assertThat(driven.tickAfter(Duration.ofSeconds(5))).isNotEmpty();
    assertThat(driven.core().isUp()).isTrue();
    assertThat(startsOf(driven.die("a", new Exit.Exited(0)))).isEmpty();
    assertThat(driven.state("a")).isEqualTo(ChildState.COMPLETED);
  }

  @Test
  void giveUp_withSlowRetry_triesOnceEachTime() {
    ChildSpec spec = spec().giveUp(GiveUp.after(2).retryEvery(Duration.ofMinutes(5)));
    HandDrivenCore driven =
        HandDrivenCore.begun(
            Supervisor.of(Strategy.ONE_FOR_ONE).intensity(1, Duration.ofHours(1)).child("a", spec));

    assertThat(startsOf(driven.die("a", KILLED))).containsExactly("a");
    driven.up("a");
    for (int run = 2; run < 6; run++) {
      assertThat(startsOf(driven.die("a", KILLED))).isEmpty();
      assertThat(driven.state("a")).isEqualTo(ChildState.GIVEN_UP);
      assertThat(startsOf(driven.tickAfter(Duration.ofMinutes(5)))).containsExactly("a");
      driven.up("a");
    }
    assertThat(driven.core().isUp()).isTrue();
  }

  private static ChildSpec spec() {
    return ChildSpec.of(Command.of("x")).backoff(Backoff.none());
  }
}
