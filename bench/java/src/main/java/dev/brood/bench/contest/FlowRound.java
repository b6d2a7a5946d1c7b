package dev.brood.bench.contest;

import java.util.concurrent.Callable;

/**
 * Takes all that one child prints.
 *
 * @param name of the rate
 * @param unit how many of what {@code work} counts make one of the rate's units
 * @param work returns how much was taken
 */
record FlowRound(String name, double unit, Callable<Long> work) implements Round {

  @Override
  public Figures run() throws Exception {
    long begin = System.nanoTime();
    long cpu = Meter.cpuNanos();
    long total = work.call();
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Figures()
        .with("wall_s", seconds)
        .with(name, total / unit / seconds)
        .with("gib", total / (double) (1 << 30))
        .with("cpu_s", (Meter.cpuNanos() - cpu) / 1e9)
        .with("peak_mib", Meter.status("VmHWM") / 1024.0);
  }
}
