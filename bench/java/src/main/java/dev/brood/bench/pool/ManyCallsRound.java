package dev.brood.bench.pool;

import dev.brood.bench.contest.Figures;
import dev.brood.bench.contest.Meter;
import dev.brood.bench.contest.Round;
import dev.brood.workers.pool.WorkerPool;
import java.util.List;
import java.util.stream.IntStream;

/** Many calls of one caller, who wants the answers in order. */
final class ManyCallsRound implements Round {
  private final WorkerPool<Sum, Integer> pool;
  private final List<Sum> inputs;

  ManyCallsRound(String language, int count) throws InterruptedException {
    this.pool = Adders.open(language);
    this.inputs = IntStream.range(0, count).mapToObj(i -> new Sum(i, 1)).toList();
  }

  @Override
  public Figures run() {
    long begin = System.nanoTime();
    long cpu = Meter.cpuNanos();
    long total = pool.inOrder(inputs).mapToLong(sum -> sum).sum();
    double seconds = (System.nanoTime() - begin) / 1e9;
    long count = inputs.size();
    if (total != count * (count + 1) / 2) {
      throw new IllegalStateException("a sum is wrong");
    }
    return new Figures()
        .with("per_second", count / seconds)
        .with("cpu_us", (Meter.cpuNanos() - cpu) / 1e3 / count);
  }
}
