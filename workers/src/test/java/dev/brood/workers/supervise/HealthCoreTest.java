package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.brood.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthCoreTest {
  private static final long SECOND = 1_000_000_000;
  private static final ProbeResult GOOD = new ProbeResult.Passed();
  private static final ProbeResult BAD = new ProbeResult.Failed("refused");
  private static final Health HEALTH =
      Health.tcp("localhost", 80).period(Duration.ofSeconds(10)).failures(3).successes(2);

  private final HealthCore core = new HealthCore(HEALTH);

  @Test
  void begun_atFirst_looksAtOnce() {
    assertThat(core.on(new HealthCore.Event.Begun(5 * SECOND)))
        .containsExactly(new HealthCore.Effect.CheckAt(5 * SECOND));
    assertThat(core.state()).isEqualTo(HealthCore.State.UNKNOWN);
  }

  @Test
  void passed_asOftenAsAsked_tellsHealthyOnce() {
    assertThat(told(GOOD)).isEmpty();
    assertThat(told(GOOD)).containsExactly(new HealthChange.Healthy());
    assertThat(told(GOOD)).isEmpty();
    assertThat(core.state()).isEqualTo(HealthCore.State.HEALTHY);
  }

  @Test
  void failed_asOftenAsAsked_tellsUnhealthyOnceWithTheLastReason() {
    assertThat(told(BAD)).isEmpty();
    assertThat(told(BAD)).isEmpty();
    assertThat(told(new ProbeResult.Failed("status 503")))
        .containsExactly(new HealthChange.Unhealthy("status 503", 3));
    assertThat(told(BAD)).isEmpty();
    assertThat(core.state()).isEqualTo(HealthCore.State.UNHEALTHY);
  }

  @Test
  void failed_withAGoodLookBetween_beginsToCountAnew() {
    told(BAD);
    told(BAD);
    told(GOOD);
    told(BAD);
    told(BAD);
    assertThat(core.state()).isEqualTo(HealthCore.State.UNKNOWN);
    assertThat(told(BAD)).hasSize(1);
  }

  @Test
  void passed_afterUnhealthy_tellsHealthyAgain() {
    for (int i = 0; i < 3; i++) {
      told(BAD);
    }
    assertThat(told(GOOD)).isEmpty();
    assertThat(told(GOOD)).containsExactly(new HealthChange.Healthy());
  }

  @Test
  void checked_inTime_looksAgainAPeriodAfterTheLookBegan() {
    assertThat(core.on(new HealthCore.Event.Checked(GOOD, 0, 2 * SECOND)))
        .containsExactly(new HealthCore.Effect.CheckAt(10 * SECOND));
  }

  @Test
  void checked_longerThanThePeriod_looksAgainAtOnceAndDoesNotMakeUp() {
    assertThat(core.on(new HealthCore.Event.Checked(GOOD, 0, 35 * SECOND)))
        .containsExactly(new HealthCore.Effect.CheckAt(35 * SECOND));
  }

  @Test
  void histories_atRandom_changeOnlyByTheirThresholdsAndKeepThePeriod() {
    Simulation.histories(5_000, simulation -> new World(simulation).run());
  }

  @Test
  void settings_outOfTheirRange_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> HEALTH.failures(0));
    assertThatIllegalArgumentException().isThrownBy(() -> HEALTH.successes(0));
    assertThatIllegalArgumentException().isThrownBy(() -> HEALTH.period(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> HEALTH.timeout(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> Health.watchdog(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> Health.tcp("localhost", 0));
  }

  private List<HealthChange> told(ProbeResult result) {
    List<HealthChange> changes = new ArrayList<>();
    for (HealthCore.Effect effect : core.on(new HealthCore.Event.Checked(result, 0, 1))) {
      if (effect instanceof HealthCore.Effect.Tell(HealthChange change)) {
        changes.add(change);
      }
    }
    return changes;
  }

  /** One history in virtual time, against a model that counts the looks themselves. */
  private static final class World {
    private final Simulation simulation;
    private final int failures;
    private final int successes;
    private final long period;
    private final HealthCore core;
    private final List<Boolean> looks = new ArrayList<>();
    private HealthCore.State state = HealthCore.State.UNKNOWN;
    private int underWay;
    private long lastBegan = Long.MIN_VALUE / 2;

    World(Simulation simulation) {
      this.simulation = simulation;
      failures = simulation.gen().between(1, 4);
      successes = simulation.gen().between(1, 4);
      period = simulation.gen().between(1, 20);
      core =
          new HealthCore(
              Health.tcp("localhost", 80)
                  .period(Duration.ofNanos(period))
                  .failures(failures)
                  .successes(successes));
    }

    void run() {
      simulation.after(
          Duration.ofNanos(simulation.gen().below(100)),
          () -> carryOut(core.on(new HealthCore.Event.Begun(simulation.nanos()))));
      simulation.run(Duration.ofNanos(1_000), 1_000, () -> {});
    }

    private void look() {
      long began = simulation.nanos();
      assertThat(++underWay).isOne();
      assertThat(began - lastBegan).isGreaterThanOrEqualTo(period);
      lastBegan = began;
      simulation.after(Duration.ofNanos(simulation.gen().below(30)), () -> checked(began));
    }

    private void checked(long began) {
      underWay--;
      boolean good = simulation.gen().below(3) > 0;
      looks.add(good);
      List<HealthCore.Effect> effects =
          core.on(new HealthCore.Event.Checked(good ? GOOD : BAD, began, simulation.nanos()));
      HealthCore.State expected = state;
      if (endsWith(true, successes)) {
        expected = HealthCore.State.HEALTHY;
      } else if (endsWith(false, failures)) {
        expected = HealthCore.State.UNHEALTHY;
      }
      assertThat(core.state()).as("looks %s", looks).isEqualTo(expected);
      assertThat(effects).hasSize(expected == state ? 1 : 2);
      state = expected;
      carryOut(effects);
    }

    private void carryOut(List<HealthCore.Effect> effects) {
      for (HealthCore.Effect effect : effects) {
        if (effect instanceof HealthCore.Effect.CheckAt(long nanos)) {
          simulation.after(Duration.ofNanos(nanos - simulation.nanos()), this::look);
        }
      }
    }

    private boolean endsWith(boolean value, int count) {
      return looks.size() >= count
          && looks.subList(looks.size() - count, looks.size()).stream().allMatch(l -> l == value);
    }
  }
}
