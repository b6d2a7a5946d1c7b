package dev.brood.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

class CensusExtensionTest {
  private static final List<FileInputStream> LEFT_OPEN = new ArrayList<>();

  private static Events run(Class<?> suite) {
    return EngineTestKit.engine("junit-jupiter")
        .configurationParameter("brood.census.limitMillis", "50")
        .configurationParameter("brood.census.warmUp", Warm.class.getName())
        .selectors(selectClass(suite))
        .execute()
        .testEvents();
  }

  @Test
  void extension_testLeaksDescriptor_failsItAndNamesTheDescriptor() throws IOException {
    try {
      run(LeakingSuite.class)
          .failed()
          .assertThatEvents()
          .haveExactly(
              1,
              event(
                  finishedWithFailure(
                      message(text -> text.matches("(?s)leaked.*descriptor \\d+ -> .*maps")))));
    } finally {
      for (FileInputStream open : LEFT_OPEN) {
        open.close();
      }
      LEFT_OPEN.clear();
    }
  }

  @Test
  void extension_testLeaksNothing_succeeds() {
    run(CleanSuite.class).assertStatistics(events -> events.succeeded(1).failed(0));
  }

  @Test
  void extension_warmUpConfigured_hasRunBeforeTheFirstTest() {
    run(CleanSuite.class);

    assertThat(Warm.ran).isTrue();
  }

  /** Set to run before the first census of this JVM. */
  public static final class Warm implements Runnable {
    static volatile boolean ran;

    /** Used by the extension. */
    public Warm() {}

    @Override
    public void run() {
      ran = true;
    }
  }

  @ExtendWith(Census.Extension.class)
  static final class CleanSuite {
    @Test
    void opensAndCloses() throws IOException {
      try (FileInputStream open = new FileInputStream("/proc/self/maps")) {
        assertThat(open.read()).isPositive();
      }
    }
  }

  @ExtendWith(Census.Extension.class)
  static final class LeakingSuite {
    @Test
    void leavesOpen() throws IOException {
      LEFT_OPEN.add(new FileInputStream("/proc/self/maps"));
    }
  }
}
