package dev.brood.workers.pool;

import dev.brood.workers.StateTable;
import org.junit.jupiter.api.Test;

/** The tables of docs/state-machines.md beside the machines of this package. */
class StateMachinesTest {
  @Test
  void worker_statesAndEvents_areThoseOfTheTable() {
    StateTable table = StateTable.below("## A worker of a pool", 0);
    table.hasStatesOf(Member.State.class);
    table.namesEventsOf(CoreEvent.class);
  }

  @Test
  void call_statesAndEvents_areThoseOfTheTable() {
    StateTable table = StateTable.below("## A call of a pool", 0);
    table.hasStatesOf(Call.State.class);
    table.namesEventsOf(CoreEvent.class, CoreEvent.Ready.class, CoreEvent.Measured.class);
  }
}
