package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Gen;
import dev.brood.testkit.Simulation;
import dev.brood.workers.watch.AdmissionCore.Answer;
import dev.brood.workers.watch.AdmissionLimits.Gate;
import dev.brood.workers.watch.Refusal.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random machines, children that grow and end, and somebody who always wants one more. */
class AdmissionSimulationTest {
  private static final long MIB = 1 << 20;
  private static final List<String> KINDS = List.of("small", "middle", "large");

  @Test
  void ask_anyHistory_keepsItsLimits() {
    Simulation.histories(
        2000,
        simulation -> {
          World world = new World(simulation);
          simulation.after(Duration.ZERO, world::ask);
          simulation.after(Duration.ZERO, world::weather);
          simulation.run(Duration.ofMinutes(2), 5000, world::check);
        });
  }

  /** One running child: it has its peak once it has settled, and goes on with that. */
  private static final class Run {
    final String kind;
    final long bornNanos;
    final long peak;

    Run(String kind, long bornNanos, long peak) {
      this.kind = kind;
      this.bornNanos = bornNanos;
      this.peak = peak;
    }

    long resident(long nanos, Duration settling) {
      double grown = (double) (nanos - bornNanos) / Math.max(1, settling.toNanos());
      return (long) (peak * Math.min(1, grown));
    }
  }

  private static final class World {
    final Simulation simulation;
    final Gen gen;
    final AdmissionLimits limits;
    final AdmissionCore core;
    final Map<Long, Run> running = new HashMap<>();
    final Map<Reason, Double> percent = new EnumMap<>(Reason.class);
    final Set<Reason> closed = EnumSet.noneOf(Reason.class);
    final Map<String, Long> peaks = new HashMap<>();
    final long total;
    long lastGrant;
    boolean alone;

    World(Simulation simulation) {
      this.simulation = simulation;
      gen = simulation.gen();
      total = gen.between(500, 5000) * MIB;
      int soft = gen.below(4);
      limits =
          AdmissionLimits.standard()
              .between(soft, soft + gen.between(1, 20))
              .reserve(gen.below(30) / 100.0)
              .firstNeedBytes(total) // unknown kinds run alone, so that needs are always known
              .ramp(Duration.ofMillis(gen.below(1000)))
              .settling(Duration.ofMillis(gen.between(1, 8000)));
      core = new AdmissionCore(limits);
      for (String kind : KINDS) {
        peaks.put(kind, gen.between(1, 400) * MIB);
      }
    }

    long nanos() {
      return simulation.nanos();
    }

    long used() {
      return running.values().stream()
          .mapToLong(run -> run.resident(nanos(), limits.settling()))
          .sum();
    }

    /** Signals wander, and may be missing. */
    void weather() {
      for (Reason reason : Reason.values()) {
        if (reason.isSignal() && gen.below(4) == 0) {
          percent.put(reason, (double) gen.below(gen.flip() ? 101 : 30));
        } else if (reason.isSignal() && gen.below(20) == 0) {
          percent.remove(reason);
        }
      }
      simulation.after(simulation.between(Duration.ZERO, Duration.ofSeconds(2)), this::weather);
    }

    void ask() {
      String kind = gen.oneOf(KINDS);
      running.forEach(
          (place, run) -> core.measured(place, run.resident(nanos(), limits.settling())));
      long promised = core.promisedBytes(nanos());
      long needed = core.expected(kind);
      MachineSignals signals = new MachineSignals(total, total - used(), percent);
      turn();
      switch (core.ask(nanos(), kind, signals)) {
        case Answer.Grant(long place) -> granted(place, kind, signals, promised, needed);
        case Answer.Refuse(List<Refusal> reasons, Duration again) -> {
          simulation.note(kind + " refused: " + reasons);
          assertThat(reasons).isNotEmpty();
          assertThat(running).isNotEmpty();
          assertThat(again).isBetween(Duration.ZERO, Duration.ofSeconds(1));
        }
      }
      simulation.after(simulation.between(Duration.ZERO, Duration.ofMillis(800)), this::ask);
    }

    /** What the core should remember of the signals, in the plainest form. */
    void turn() {
      for (Map.Entry<Reason, Gate> gate : limits.gates().entrySet()) {
        Double now = percent.get(gate.getKey());
        if (now == null) {
          continue;
        }
        if (now >= gate.getValue().close()) {
          closed.add(gate.getKey());
        } else if (now < gate.getValue().open()) {
          closed.remove(gate.getKey());
        }
      }
    }

    void granted(long place, String kind, MachineSignals signals, long promised, long needed) {
      simulation.note(kind + " admitted as " + place);
      if (!running.isEmpty()) {
        boolean soft = running.size() >= limits.softLimit();
        long reserve = (long) (limits.reserve() * total);
        assertThat(running.size()).isLessThan(limits.hardLimit());
        assertThat(signals.memoryAvailableBytes() - reserve - promised)
            .isGreaterThanOrEqualTo(needed);
        assertThat(closed).allMatch(reason -> reason.isSoft() && !soft);
        assertThat(!soft || nanos() - lastGrant >= limits.ramp().toNanos()).isTrue();
      }
      alone = running.isEmpty();
      lastGrant = nanos();
      assertThat(running.put(place, new Run(kind, nanos(), peaks.get(kind)))).isNull();
      // Some end only when they have settled, so that all have had what they were promised.
      Duration life =
          limits.settling().plus(simulation.between(Duration.ZERO, Duration.ofSeconds(20)));
      simulation.after(life, () -> end(place));
    }

    void end(long place) {
      core.ended(place, running.remove(place).peak);
    }

    void check() {
      assertThat(core.running()).isEqualTo(running.size());
      assertThat(running.size()).isLessThanOrEqualTo(limits.hardLimit());
      assertThat(core.promisedBytes(nanos())).isNotNegative();
      // Nobody was promised what was not there; only one that runs alone may need more than there
      // is.
      if (running.size() > 1 || !alone) {
        assertThat(used()).isLessThanOrEqualTo(total);
      }
    }
  }

  @Test
  void histories_wherePeaksAreKnown_makeUseOfTheMachine() {
    Simulation.history(
        1,
        simulation -> {
          World world = new World(simulation);
          simulation.after(Duration.ZERO, world::ask);
          List<Integer> sizes = new ArrayList<>();
          simulation.run(Duration.ofMinutes(5), 5000, () -> sizes.add(world.running.size()));
          assertThat(sizes).anyMatch(size -> size > 1);
        });
  }
}
