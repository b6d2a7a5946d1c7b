package dev.brood.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulationTest {

  @Test
  void run_eventsAtSeveralTimes_happenInOrderOfTimeThenOfScheduling() {
    List<String> seen = new ArrayList<>();
    Simulation.history(
        1,
        simulation -> {
          simulation.after(Duration.ofSeconds(2), () -> seen.add("c " + simulation.elapsed()));
          simulation.after(
              Duration.ofSeconds(1),
              () -> simulation.after(Duration.ZERO, () -> seen.add("b " + simulation.elapsed())));
          simulation.after(Duration.ofSeconds(1), () -> seen.add("a " + simulation.elapsed()));
          simulation.after(Duration.ofSeconds(9), () -> seen.add("never"));
          simulation.run(Duration.ofSeconds(3), 10, () -> {});
          seen.add("end " + simulation.elapsed() + " " + simulation.pending());
        });

    assertThat(seen).containsExactly("a PT1S", "b PT1S", "c PT2S", "end PT3S 1");
  }

  @Test
  void history_sameSeed_isTheSame() {
    List<List<Duration>> seen = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      List<Duration> times = new ArrayList<>();
      Simulation.history(
          7,
          simulation -> {
            for (int i = 0; i < 50; i++) {
              times.add(simulation.between(Duration.ofSeconds(1), Duration.ofDays(1)));
            }
          });
      seen.add(times);
    }

    assertThat(seen.get(0)).isEqualTo(seen.get(1)).doesNotHaveDuplicates();
    assertThat(seen.get(0))
        .allSatisfy(time -> assertThat(time).isBetween(Duration.ofSeconds(1), Duration.ofDays(1)));
  }

  @Test
  void histories_checkFails_namesTheSeedAndWhatHappened() {
    assertThatThrownBy(() ->
            Simulation.histories(
                3,
                simulation -> {
                  simulation.after(Duration.ofSeconds(1), () -> simulation.note("it broke"));
                  simulation.run(
                      Duration.ofSeconds(2),
                      10,
                      () -> {
                        throw new IllegalStateException("invariant");
                      });
                }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-Dbrood.seed=")
        .hasMessageContaining("invariant")
        .hasMessageContaining("PT1S it broke");
  }

  @Test
  void run_eventsWithoutEnd_failsAtTheLimit() {
    assertThatThrownBy(() ->
            Simulation.history(
                1,
                simulation -> {
                  simulation.after(Duration.ZERO, () -> repeat(simulation));
                  simulation.run(Duration.ofSeconds(1), 100, () -> {});
                }))
        .hasMessageContaining("more than 100 events");
  }

  private static void repeat(Simulation simulation) {
    simulation.after(Duration.ZERO, () -> repeat(simulation));
  }
}
