package dev.brood.examples.building;

import dev.brood.examples.Screen;
import dev.brood.workers.watch.ProgressBar;
import dev.brood.workers.watch.ProgressReport;
import dev.brood.workers.watch.ProgressTracker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Shows a build while it runs: what is done stays, what runs has a bar at the bottom. */
final class BuildScreen implements BuildListener {
  private final Screen screen;
  private final ProgressBar bar;
  private final int steps;
  private final AtomicInteger done = new AtomicInteger();
  private final ProgressTracker all = new ProgressTracker();
  private final Map<String, ProgressTracker> running = new ConcurrentSkipListMap<>();

  BuildScreen(Screen screen, int steps) {
    this.screen = screen;
    this.bar = new ProgressBar(screen.columns());
    this.steps = steps;
    screen.show(this::lines);
  }

  @Override
  public void started(String step, ProgressTracker progress) {
    running.put(step, progress);
  }

  @Override
  public void retried(String step, int attempt, String reason, Duration pause) {
    running.remove(step);
    screen.say(
        "%s: attempt %d failed: %s; again in %d ms"
            .formatted(step, attempt, reason, pause.toMillis()));
  }

  @Override
  public void ended(String step, StepResult result) {
    running.remove(step);
    int count = done.incrementAndGet();
    boolean unused =
        all.report(ProgressReport.of(100.0 * count / steps).phase(count + " of " + steps));
    screen.say("[%d/%d] %s: %s".formatted(count, steps, step, result.text()));
  }

  // snippet: bars
  private List<String> lines() {
    List<String> lines = new ArrayList<>(List.of(bar.line("all", all.progress())));
    running.forEach((step, progress) -> lines.add(bar.line(step, progress.progress())));
    return lines;
  }
  // end
}
