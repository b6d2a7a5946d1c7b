package dev.brood.bench.pool;

import dev.brood.bench.contest.Figures;
import dev.brood.bench.contest.Meter;
import dev.brood.bench.contest.Round;
import dev.brood.workers.pool.WorkerPool;

/** Calls of one caller, one at a time. */
final class LoneCallsRound implements Round {
  private final WorkerPool<Sum, Integer> pool;
  private final int count;

  LoneCallsRound(String language, int count) throws InterruptedException {
    this.pool = Adders.open(language);
    this.count = count;
  }

  @Override
  public Figures run() throws InterruptedException {
    long[] times = new long[count];
    long cpu = Meter.cpuNanos();
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      Integer sum = pool.call(new Sum(i, 1));
      times[i] = System.nanoTime() - begin;
      if (sum == null || sum != i + 1) {
        throw new IllegalStateException("a sum is wrong");
      }
    }
    return new Figures()
        .with("p50_us", Meter.percentile(times, 0.5) / 1e3)
        .with("p99_us", Meter.percentile(times, 0.99) / 1e3)
        .with("cpu_us", (Meter.cpuNanos() - cpu) / 1e3 / count);
  }
}
