package dev.brood.workers.pool;

import dev.brood.testkit.Simulation;
import org.junit.jupiter.api.Test;

/**
 * Random histories of a pool in virtual time: each call is answered exactly once, none is begun
 * twice that may not be, no worker is left. {@code -Dbrood.seed=N} repeats one.
 */
class PoolSimulationTest {
  private static final int HISTORIES = Integer.getInteger("brood.histories", 1_000);

  @Test
  void histories_workersDieAtAnyMoment_everyCallIsAnsweredExactlyOnce() {
    Simulation.histories(HISTORIES, simulation -> new SimulatedPool(simulation).live());
  }

  @Test
  void histories_closedInTheMiddle_everyCallIsAnsweredAndNobodyIsLeft() {
    Simulation.histories(
        HISTORIES, simulation -> new SimulatedPool(simulation).liveAndCloseEarly());
  }
}
