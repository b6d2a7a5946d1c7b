package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Gen;
import dev.brood.testkit.Simulation;
import dev.brood.workers.watch.HeartbeatCore.Effect;
import dev.brood.workers.watch.HeartbeatCore.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random children in virtual time, beside a simple book of who is silent since when. */
class HeartbeatSimulationTest {
  private static final int HISTORIES = 1_000;

  @Test
  void histories_ofAnyKind_neverAccuseALiveChildNorMissASilentOne() {
    Simulation.histories(
        HISTORIES,
        simulation -> {
          World world = new World(simulation);
          world.begin();
          simulation.run(world.rules.ceiling().multipliedBy(20), 20_000, () -> {});
          assertThat(world.core.size()).isEqualTo(world.children.size());
        });
  }

  /** What the book says of a child. */
  private static final class Entry {
    long lastSign;
    long heldSince = -1;
    long heldNanos;
    boolean stalled;
    boolean dumped;
    boolean stopping;
    boolean looked;

    Entry(long now) {
      lastSign = now;
    }

    long silence(long now) {
      long held = heldNanos + (heldSince < 0 ? 0 : now - heldSince);
      return now - lastSign - held;
    }

    void sign(long now) {
      lastSign = now;
      heldNanos = 0;
      heldSince = heldSince < 0 ? -1 : now;
      looked = false;
    }
  }

  private static final class World {
    final Simulation simulation;
    final Gen gen;
    final Heartbeats rules;
    final Set<Sign> counted;
    final boolean pauses;
    final HeartbeatCore core;
    final Map<Long, Entry> children = new HashMap<>();
    long ids;

    World(Simulation simulation) {
      this.simulation = simulation;
      this.gen = simulation.gen();
      Duration limit = simulation.between(Duration.ofMillis(100), Duration.ofSeconds(60));
      Heartbeats chosen =
          gen.flip() ? Heartbeats.after(limit) : Heartbeats.adaptive(limit, limit.multipliedBy(3));
      this.counted = gen.flip() ? Set.of(Sign.BEAT) : Set.of(Sign.BEAT, Sign.CPU, Sign.OUTPUT);
      chosen = chosen.counting(Sign.BEAT, counted.toArray(Sign[]::new));
      if (gen.flip()) {
        chosen = chosen.dump(simulation.between(Duration.ZERO, limit), Dump.stacks());
      }
      if (gen.flip()) {
        chosen = chosen.stop(simulation.between(Duration.ZERO, limit));
      }
      this.rules = chosen;
      this.pauses = gen.flip();
      this.core = new HeartbeatCore(rules);
    }

    void begin() {
      for (int i = gen.between(1, 4); i > 0; i--) {
        join();
      }
      simulation.after(rules.tick(), this::tick);
    }

    void join() {
      long id = ++ids;
      children.put(id, new Entry(simulation.nanos()));
      feed(new Event.Joined(id));
      live(id);
    }

    /** Plans the next thing that a child does; mostly soon, sometimes long after the limit. */
    void live(long id) {
      Duration limit = rules.ceiling();
      Duration wait =
          switch (gen.below(4)) {
            case 0 -> simulation.between(Duration.ZERO, rules.tick());
            case 1, 2 -> simulation.between(Duration.ZERO, limit);
            default -> simulation.between(limit, limit.multipliedBy(4));
          };
      simulation.after(wait, () -> act(id));
    }

    void act(long id) {
      Entry entry = children.get(id);
      if (entry == null) {
        return;
      }
      switch (gen.below(12)) {
        case 0 -> {
          children.remove(id);
          feed(new Event.Left(id));
          join();
          return;
        }
        case 1 -> {
          if (entry.heldSince < 0) {
            entry.heldSince = simulation.nanos();
          }
          feed(new Event.Held(id));
        }
        case 2, 3 -> {
          if (entry.heldSince >= 0) {
            entry.heldNanos += simulation.nanos() - entry.heldSince;
            entry.heldSince = -1;
            entry.looked = false;
          }
          feed(new Event.Released(id));
        }
        default -> sign(id, entry, gen.oneOf(Sign.values()));
      }
      live(id);
    }

    void sign(long id, Entry entry, Sign sign) {
      boolean accused = entry.stalled && !entry.stopping;
      if (counted.contains(sign)) {
        entry.sign(simulation.nanos());
      }
      List<Effect> effects = feed(new Event.Signed(id, sign, simulation.nanos()));
      boolean recovers = accused && counted.contains(sign);
      // At the very moment of its release or after a pause a sign may be no news.
      assertThat(effects.size()).isLessThanOrEqualTo(recovers ? 1 : 0);
      assertThat(entry.stalled && !entry.stopping && counted.contains(sign)).isFalse();
    }

    void tick() {
      List<Effect> effects = feed(new Event.Tick());
      long now = simulation.nanos();
      if (!pauses) {
        children.forEach((id, entry) -> {
          if (entry.heldSince < 0 && entry.silence(now) >= rules.ceiling().toNanos()) {
            assertThat(entry.stalled).as("child %s is seen to be silent", id).isTrue();
          }
        });
      }
      for (Effect effect : effects) {
        if (effect instanceof Effect.Look(List<Long> beginning, List<Long> compared)) {
          beginning.forEach(id -> children.get(id).looked = true);
          compared.stream()
              .filter(id -> gen.flip())
              .forEach(id -> sign(id, children.get(id), Sign.CPU));
        }
      }
      boolean pause = pauses && gen.below(20) == 0;
      simulation.after(
          pause ? simulation.between(rules.tick(), Duration.ofMinutes(2)) : rules.tick(),
          this::tick);
    }

    List<Effect> feed(Event event) {
      List<Effect> effects = core.on(event, simulation.nanos());
      simulation.note(event + " -> " + effects);
      new ArrayList<>(effects).forEach(this::check);
      return effects;
    }

    void check(Effect effect) {
      long now = simulation.nanos();
      switch (effect) {
        case Effect.Stall(long id, long silence, long limit, Map<Sign, Duration> ago) -> {
          Entry entry = present(id);
          assertThat(entry.stalled).as("accused once").isFalse();
          assertThat(entry.silence(now)).isGreaterThanOrEqualTo(silence);
          assertThat(silence).isGreaterThanOrEqualTo(limit);
          assertThat(limit).isBetween(rules.floor().toNanos(), rules.ceiling().toNanos());
          assertThat(ago.values()).allSatisfy(time -> assertThat(time).isPositive());
          entry.stalled = true;
        }
        case Effect.Recover(long id, long silence) -> {
          Entry entry = present(id, true);
          assertThat(entry.stalled).isTrue();
          assertThat(entry.stopping).isFalse();
          assertThat(silence).isPositive();
          entry.stalled = false;
          entry.dumped = false;
        }
        case Effect.TakeDump(long id, Dump dump) -> {
          Entry entry = present(id);
          assertThat(entry.stalled && !entry.dumped && !entry.stopping).isTrue();
          assertThat(dump).isEqualTo(rules.dumpStep().orElseThrow().dump());
          entry.dumped = true;
        }
        case Effect.Stop(long id, long silence) -> {
          Entry entry = present(id);
          assertThat(entry.stalled && !entry.stopping).isTrue();
          assertThat(entry.silence(now)).isGreaterThanOrEqualTo(silence);
          assertThat(rules.stopAfter()).isPresent();
          entry.stopping = true;
        }
        case Effect.Look(List<Long> beginning, List<Long> compared) -> {
          assertThat(compared).allMatch(id -> !beginning.contains(id));
          beginning.forEach(id -> assertThat(present(id).looked).isFalse());
          compared.forEach(id -> assertThat(present(id).looked).isTrue());
        }
      }
    }

    Entry present(long id) {
      return present(id, false);
    }

    Entry present(long id, boolean mayBeHeld) {
      Entry entry = children.get(id);
      assertThat(entry).as("child %s is there", id).isNotNull();
      assertThat(mayBeHeld || entry.heldSince < 0).as("child %s is not held", id).isTrue();
      return entry;
    }
  }
}
