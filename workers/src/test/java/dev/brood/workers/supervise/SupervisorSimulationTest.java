package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Simulation;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thousands of random histories of random supervisors; what is checked is in the world. */
class SupervisorSimulationTest {
  private static final int MOST_EVENTS = 100_000;

  @Test
  void supervisor_childrenDieAtRandom_keepsEveryRule() {
    Simulation.histories(3000, SupervisorSimulationTest::children);
  }

  @Test
  void supervisor_usersCallAndKillAtRandom_keepsEveryRule() {
    Simulation.histories(3000, SupervisorSimulationTest::users);
  }

  @Test
  void supervisor_stoppedAtAnyMoment_endsInTime() {
    Simulation.histories(2000, SupervisorSimulationTest::end);
  }

  /** Seeds that have failed. */
  @ParameterizedTest
  @ValueSource(
      longs = {
        329229272313718345L,
        2304003093522248123L,
        -1393374392026186224L,
        8269418977314994227L
      })
  void supervisor_historiesThatFailedOnce_keepEveryRule(long seed) {
    Simulation.history(seed, SupervisorSimulationTest::children);
    Simulation.history(seed, SupervisorSimulationTest::users);
    Simulation.history(seed, SupervisorSimulationTest::end);
  }

  private static void children(Simulation simulation) {
    SupervisorWorld world = new SupervisorWorld(simulation, supervisor(simulation));
    simulation.run(Duration.ofMinutes(2), MOST_EVENTS, world::check);
    settleAndEnd(simulation, world);
  }

  private static void users(Simulation simulation) {
    SupervisorWorld world = new SupervisorWorld(simulation, supervisor(simulation));
    for (int n = 0; n < 20; n++) {
      Duration at = simulation.between(Duration.ZERO, Duration.ofMinutes(2));
      simulation.after(at, simulation.gen().flip() ? world::call : world::murder);
    }
    simulation.run(Duration.ofMinutes(2), MOST_EVENTS, world::check);
    settleAndEnd(simulation, world);
  }

  private static void end(Simulation simulation) {
    SupervisorWorld world = new SupervisorWorld(simulation, supervisor(simulation));
    Duration at = simulation.between(Duration.ZERO, Duration.ofSeconds(10));
    simulation.after(at, simulation.gen().flip() ? world::stop : world::kill);
    if (simulation.gen().flip()) {
      simulation.after(at.plusMillis(100), world::kill);
    }
    simulation.run(Duration.ofSeconds(50), MOST_EVENTS, world::check);
    assertThat(world.end()).isPresent();
  }

  private static Supervisor supervisor(Simulation simulation) {
    return RandomSupervisors.make(simulation.gen());
  }

  /** Without further deaths every child gets where it belongs, and a stop ends them all. */
  private static void settleAndEnd(Simulation simulation, SupervisorWorld world) {
    world.calm();
    simulation.run(Duration.ofMinutes(5), MOST_EVENTS, world::check);
    if (world.end().isEmpty()) {
      world.checkSettled();
      world.stop();
      simulation.run(Duration.ofMinutes(1), MOST_EVENTS, world::check);
    }
    assertThat(world.end()).isPresent();
  }
}
