package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.observe.ProcessTable;
import dev.brood.testkit.Census;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Census.Extension.class)
class ResourcePassTest {
  private final List<ResourceEvent> events = new ArrayList<>();
  private final List<Threshold> actions = new ArrayList<>();

  @Test
  void run_childClosedMeanwhile_tellsAndDoesNoMore() {
    ResourcePass pass =
        new ResourcePass(
            TreeMeter.Details.SYSTEM,
            System::nanoTime,
            Duration.ofSeconds(5),
            event -> {
              events.add(event);
              if (event instanceof ResourceEvent.LevelChanged changed) {
                changed.child().close();
              }
            },
            (child, threshold) -> actions.add(threshold));
    try (Child child = Command.of("sleep", "60").spawn()) {
      List<Threshold> thresholds =
          List.of(
              Threshold.of(Figure.PROCESSES, 1).stop(Duration.ZERO),
              Threshold.of(Figure.THREADS, 1).stop(Duration.ZERO));
      WatchedChild watched = new WatchedChild("job", child, thresholds, 1, pass::end);
      pass.begin(watched, true);

      pass.run(ProcessTable.read(), Instant.now(), List.of(watched));
    }
    assertThat(events).hasSize(1);
    assertThat(actions).isEmpty();
  }
}
