package dev.brood.bench.channel;

import dev.brood.bench.contest.Figures;
import dev.brood.bench.contest.Meter;
import dev.brood.bench.contest.Round;
import dev.brood.workers.fork.ForkedChild;
import java.util.Map;

/** Messages to a child and back, one at a time. */
final class TripRound implements Round {
  private final ForkedChild child;
  private final Object message;
  private final int count;

  TripRound(Peer peer, int bytes, int count) throws InterruptedException {
    this.child = peer.spawn();
    this.message = peer.message(bytes);
    this.count = count;
    Object unused = child.receive().value(); // it is there
  }

  @Override
  public Figures run() throws InterruptedException {
    long[] times = new long[count];
    long cpu = Meter.cpuNanos();
    boolean unused = child.send(Map.of("trip", count));
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      unused &= child.send(message);
      Object back = child.receive().value();
      times[i] = System.nanoTime() - begin;
      if (back == null) {
        throw new IllegalStateException("an empty answer");
      }
    }
    return new Figures()
        .with("p50_us", Meter.percentile(times, 0.5) / 1e3)
        .with("p99_us", Meter.percentile(times, 0.99) / 1e3)
        .with("cpu_us", (Meter.cpuNanos() - cpu) / 1e3 / count);
  }
}
