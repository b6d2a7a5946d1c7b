package dev.brood.bench.watch;

import dev.brood.bench.contest.Figures;
import dev.brood.bench.contest.Meter;
import dev.brood.bench.contest.Round;
import dev.brood.process.Command;
import dev.brood.workers.watch.Figure;
import dev.brood.workers.watch.Resources;
import dev.brood.workers.watch.RunningResources;
import dev.brood.workers.watch.Threshold;
import dev.brood.workers.watch.WatchedChild;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Children that sleep, measured each second, with a threshold on memory and one on descriptors. All
 * are started before the first round; the shutdown of this JVM ends them.
 */
public final class WatchingRound implements Round {
  private static final long MOST_BYTES = 1L << 40;
  private static final int MOST_DESCRIPTORS = 1000;

  private final RunningResources resources;
  private final int count;
  private final Duration time;

  /** That many children, of which each is measured for that many seconds in a round. */
  public WatchingRound(int count, int seconds) {
    this.count = count;
    this.time = Duration.ofSeconds(seconds);
    this.resources = Resources.every(Duration.ofSeconds(1)).start();
    for (int i = 0; i < count; i++) {
      WatchedChild unused =
          resources.watch(
              Command.of("sleep", "3600").spawn(),
              Threshold.of(Figure.RESIDENT_BYTES, MOST_BYTES),
              Threshold.of(Figure.DESCRIPTORS, MOST_DESCRIPTORS));
    }
  }

  @Override
  public Figures run() {
    long begin = System.nanoTime();
    long cpu = Meter.cpuNanos();
    long left = time.toNanos();
    while (left > 0) {
      LockSupport.parkNanos(left);
      left = begin + time.toNanos() - System.nanoTime();
    }
    double percent = 100.0 * (Meter.cpuNanos() - cpu) / (System.nanoTime() - begin);
    long sampled =
        resources.children().stream().filter(child -> child.latest().isPresent()).count();
    if (sampled != count) {
      throw new IllegalStateException("%d of %d were measured".formatted(sampled, count));
    }
    return new Figures()
        .with("percent", percent)
        .with("pass_ms", resources.lastPass().toNanos() / 1e6);
  }
}
