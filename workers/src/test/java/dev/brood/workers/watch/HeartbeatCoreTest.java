package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Signal;
import dev.brood.workers.watch.HeartbeatCore.Effect;
import dev.brood.workers.watch.HeartbeatCore.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is decided, step by step, in made-up time. */
class HeartbeatCoreTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Heartbeats TEN_SECONDS = Heartbeats.after(Duration.ofSeconds(10));

  private long now;

  @Test
  void stalled_afterTheLimit_isToldOnceWithWhatMovedLast() {
    HeartbeatCore core = joined(TEN_SECONDS);
    now = 2 * SECOND;
    assertThat(core.on(new Event.Signed(1, Sign.OUTPUT, now), now)).isEmpty();
    now = 3 * SECOND;
    assertThat(core.on(new Event.Signed(1, Sign.CPU, now), now)).as("does not count").isEmpty();

    assertThat(without(Effect.Look.class, ticksUntil(core, 11))).isEmpty();
    assertThat(without(Effect.Look.class, ticksUntil(core, 60)))
        .containsExactly(
            new Effect.Stall(
                1,
                10 * SECOND,
                10 * SECOND,
                Map.of(Sign.OUTPUT, Duration.ofSeconds(10), Sign.CPU, Duration.ofSeconds(9))));
  }

  @Test
  void recovered_byASignThatCounts_andStalledAgainLater() {
    HeartbeatCore core = joined(TEN_SECONDS);
    assertThat(without(Effect.Look.class, ticksUntil(core, 12))).hasSize(1);
    assertThat(core.on(new Event.Signed(1, Sign.BEAT, now), now))
        .containsExactly(new Effect.Recover(1, 12 * SECOND));
    assertThat(without(Effect.Look.class, ticksUntil(core, 21))).isEmpty();
    assertThat(without(Effect.Look.class, ticksUntil(core, 22))).hasSize(1);
  }

  @Test
  void escalation_whereAskedFor_dumpsThenStopsAndNoMore() {
    Heartbeats rules =
        TEN_SECONDS.dump(Duration.ofSeconds(5), Dump.stacks()).stop(Duration.ofSeconds(20));
    HeartbeatCore core = joined(rules);
    assertThat(without(Effect.Look.class, ticksUntil(core, 14))).hasSize(1);
    assertThat(without(Effect.Look.class, ticksUntil(core, 15)))
        .containsExactly(new Effect.TakeDump(1, Dump.stacks()));
    assertThat(without(Effect.Look.class, ticksUntil(core, 29))).isEmpty();
    assertThat(without(Effect.Look.class, ticksUntil(core, 30)))
        .containsExactly(new Effect.Stop(1, 30 * SECOND));
    assertThat(core.on(new Event.Signed(1, Sign.BEAT, now), now)).as("too late").isEmpty();
    assertThat(ticksUntil(core, 100)).isEmpty();
  }

  @Test
  void escalation_withoutDelays_happensInOneTickInOrder() {
    Heartbeats rules =
        TEN_SECONDS.dump(Duration.ZERO, Dump.signal(Signal.QUIT)).stop(Duration.ZERO);
    HeartbeatCore core = joined(rules);
    List<Effect> effects = without(Effect.Look.class, ticksUntil(core, 10));
    assertThat(effects).hasSize(3);
    assertThat(effects.get(0)).isInstanceOf(Effect.Stall.class);
    assertThat(effects.get(1)).isInstanceOf(Effect.TakeDump.class);
    assertThat(effects.get(2)).isInstanceOf(Effect.Stop.class);
  }

  @Test
  void held_child_isNotSilentMeanwhile() {
    HeartbeatCore core = joined(TEN_SECONDS);
    ticksUntil(core, 6);
    core.on(new Event.Held(1), now);
    core.on(new Event.Held(1), now);
    assertThat(ticksUntil(core, 100)).isEmpty();
    core.on(new Event.Released(1), now);
    core.on(new Event.Released(1), now);
    assertThat(without(Effect.Look.class, ticksUntil(core, 103))).isEmpty();
    assertThat(without(Effect.Look.class, ticksUntil(core, 104))).hasSize(1);
  }

  @Test
  void watcher_thatStoodStill_blamesNoChild() {
    HeartbeatCore core = joined(TEN_SECONDS);
    ticksUntil(core, 5);
    now = 3_600 * SECOND;
    assertThat(without(Effect.Look.class, core.on(new Event.Tick(), now))).isEmpty();
    assertThat(without(Effect.Look.class, ticksUntil(core, 3_603))).isEmpty();
    assertThat(without(Effect.Look.class, ticksUntil(core, 3_604))).hasSize(1);
  }

  @Test
  void look_ofASilentChild_beginsAnewAfterEachSign() {
    HeartbeatCore core = joined(Heartbeats.after(Duration.ofSeconds(80)));
    assertThat(ticksUntil(core, 19)).isEmpty();
    assertThat(ticksUntil(core, 20)).containsExactly(new Effect.Look(List.of(1L), List.of()));
    assertThat(ticksUntil(core, 29)).isEmpty();
    assertThat(ticksUntil(core, 30)).containsExactly(new Effect.Look(List.of(), List.of(1L)));
    core.on(new Event.Signed(1, Sign.MESSAGE, now), now);
    assertThat(ticksUntil(core, 49)).isEmpty();
    assertThat(ticksUntil(core, 50)).containsExactly(new Effect.Look(List.of(1L), List.of()));
  }

  @Test
  void progress_whereOnlyItCounts_isAskedOfAChildThatBeatsAsWell() {
    HeartbeatCore core = joined(TEN_SECONDS.counting(Sign.PROGRESS));
    List<Effect> effects = new ArrayList<>();
    for (int second = 1; second <= 12; second++) {
      now = second * SECOND;
      effects.addAll(core.on(new Event.Signed(1, Sign.BEAT, now), now));
      effects.addAll(core.on(new Event.Tick(), now));
    }
    assertThat(without(Effect.Look.class, effects))
        .singleElement()
        .isInstanceOf(Effect.Stall.class);
    assertThat(core.on(new Event.Signed(1, Sign.PROGRESS, now), now))
        .containsExactly(new Effect.Recover(1, 12 * SECOND));
  }

  @Test
  void cpu_whereItCounts_keepsABusyChildAlive() {
    HeartbeatCore core = joined(TEN_SECONDS.counting(Sign.CPU));
    for (int second = 1; second <= 100; second++) {
      List<Effect> effects = ticksUntil(core, second);
      assertThat(without(Effect.Look.class, effects)).isEmpty();
      if (effects.stream()
          .anyMatch(e -> e instanceof Effect.Look look && look.compared().equals(List.of(1L)))) {
        core.on(new Event.Signed(1, Sign.CPU, now), now);
      }
    }
  }

  @Test
  void limit_thatIsLearned_followsTheGapsWithinItsBounds() {
    Heartbeats rules = Heartbeats.adaptive(Duration.ofSeconds(4), Duration.ofSeconds(60));
    HeartbeatCore core = joined(rules);
    assertThat(core.limit()).isEqualTo(60 * SECOND);
    signs(core, 19, 5);
    assertThat(core.limit()).as("too few gaps yet").isEqualTo(60 * SECOND);
    signs(core, 1, 5);
    assertThat(core.limit()).isEqualTo(20 * SECOND);
    signs(core, 200, 1);
    assertThat(core.limit()).isEqualTo(4 * SECOND);
    signs(core, 200, 40);
    assertThat(core.limit()).isEqualTo(60 * SECOND);
  }

  @Test
  void limit_thatIsLearned_takesABurstForOneSign() {
    HeartbeatCore core = joined(Heartbeats.adaptive(Duration.ofSeconds(1), Duration.ofSeconds(60)));
    for (int burst = 0; burst < 30; burst++) {
      now += 10 * SECOND;
      for (int line = 0; line < 100; line++) {
        now += 1_000_000;
        core.on(new Event.Signed(1, Sign.OUTPUT, now), now);
      }
    }
    assertThat(core.limit()).isBetween(40 * SECOND, 41 * SECOND);
  }

  @Test
  void left_child_isForgotten() {
    HeartbeatCore core = joined(TEN_SECONDS);
    ticksUntil(core, 5);
    core.on(new Event.Left(1), now);
    assertThat(core.on(new Event.Signed(1, Sign.BEAT, now), now)).isEmpty();
    assertThat(ticksUntil(core, 100)).isEmpty();
    assertThat(core.size()).isZero();
  }

  private HeartbeatCore joined(Heartbeats rules) {
    HeartbeatCore core = new HeartbeatCore(rules);
    assertThat(core.on(new Event.Joined(1), now)).isEmpty();
    return core;
  }

  private void signs(HeartbeatCore core, int count, int seconds) {
    for (int i = 0; i < count; i++) {
      now += seconds * SECOND;
      core.on(new Event.Signed(1, Sign.BEAT, now), now);
    }
  }

  /** The effects of a tick each second, until that many seconds from the start. */
  private List<Effect> ticksUntil(HeartbeatCore core, int second) {
    List<Effect> effects = new ArrayList<>();
    while (now < second * SECOND) {
      now += SECOND;
      effects.addAll(core.on(new Event.Tick(), now));
    }
    return effects;
  }

  private static List<Effect> without(Class<?> kind, List<Effect> effects) {
    return effects.stream().filter(effect -> !kind.isInstance(effect)).toList();
  }
}
