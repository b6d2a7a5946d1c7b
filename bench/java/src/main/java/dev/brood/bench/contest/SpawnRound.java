package dev.brood.bench.contest;

import java.util.List;

/** Spawn, capture and reap, {@code count} times one after another. */
record SpawnRound(Launcher launcher, int count, List<String> argv) implements Round {

  @Override
  public Figures run() throws Exception {
    long cpu = Meter.cpuNanos();
    long[] times = sample(launcher, count, argv);
    cpu = Meter.cpuNanos() - cpu;
    return new Figures()
        .with("p50_us", Meter.percentile(times, 0.5) / 1e3)
        .with("p99_us", Meter.percentile(times, 0.99) / 1e3)
        .with("cpu_us", cpu / 1e3 / count);
  }

  /** The time each of {@code count} captures took, in nanoseconds. */
  static long[] sample(Launcher launcher, int count, List<String> argv) throws Exception {
    long[] times = new long[count];
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      launcher.capture(argv);
      times[i] = System.nanoTime() - begin;
    }
    return times;
  }
}
