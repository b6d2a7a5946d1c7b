package dev.brood.process.internal.spawn;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.AbstractList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SpawnCallTest {
  /** As if a class could not be loaded that is needed to look at it. */
  private static final class Broken extends AbstractList<String> {
    @Override
    public String get(int index) {
      throw new NoClassDefFoundError("by the test");
    }

    @Override
    public int size() {
      throw new NoClassDefFoundError("by the test");
    }
  }

  @Test
  void run_endsWithAnError_leavesItToWhoAsksForTheResult() {
    SpawnPlan plan =
        new SpawnPlan(
            "true",
            List.of("true"),
            null,
            System.getenv("PATH"),
            null,
            new TreeMap<>(),
            SpawnPlan.Leads.GROUP,
            false,
            false,
            new Broken(),
            0);
    SpawnCall call = new SpawnCall(plan, new int[] {0}, null);

    call.run(new int[] {0}); // the thread that runs it has to tell whoever waits

    assertThatThrownBy(call::result)
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseInstanceOf(NoClassDefFoundError.class);
  }
}
