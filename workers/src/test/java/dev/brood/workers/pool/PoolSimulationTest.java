package dev.brood.workers.pool;

import dev.brood.testkit.Simulation;
import org.junit.jupiter.api.Test;

/**
 * Random histories of a pool in virtual time: each call is answered exactly once, none is begun
 * twice that may not be, no worker is left. {@code -Dbrood.seed=N} repeats one.
 */
class PoolSimulationTest {
  private static final int HISTORIES = 1_000;

  @Test
  void histories_workersDieAtAnyMoment_everyCallIsAnsweredExactlyOnce() {
    Simulation.histories(HISTORIES, simulation -> new SimulatedPool(simulation).live());
  }

  /** A worker whose channel was full had its last call taken back, and was never asked again. */
  @Test
  void histories_thatFailedOnce_areInOrder() {
    Simulation.history(-2094290719305711453L, simulation -> new SimulatedPool(simulation).live());
  }

  @Test
  void histories_closedInTheMiddle_everyCallIsAnsweredAndNobodyIsLeft() {
    Simulation.histories(
        HISTORIES, simulation -> new SimulatedPool(simulation).liveAndCloseEarly());
  }
}
