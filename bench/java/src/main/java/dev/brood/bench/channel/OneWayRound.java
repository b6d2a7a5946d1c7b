package dev.brood.bench.channel;

import dev.brood.bench.contest.Figures;
import dev.brood.bench.contest.Meter;
import dev.brood.bench.contest.Round;
import dev.brood.workers.fork.ForkedChild;
import java.util.Map;

/** Messages to a child as fast as they go, until it says that it has the last one. */
final class OneWayRound implements Round {
  private final ForkedChild child;
  private final Object message;
  private final int bytes;
  private final int count;

  OneWayRound(Peer peer, int bytes, int count) throws InterruptedException {
    this.child = peer.spawn();
    this.message = peer.message(bytes);
    this.bytes = bytes;
    this.count = count;
    Object unused = child.receive().value(); // it is there
  }

  @Override
  public Figures run() throws InterruptedException {
    long begin = System.nanoTime();
    long cpu = Meter.cpuNanos();
    boolean unused = child.send(Map.of("flow", count));
    for (int i = 0; i < count; i++) {
      unused &= child.send(message);
    }
    Object end = child.receive().value();
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (!"end".equals(end)) {
      throw new IllegalStateException("no end: " + end);
    }
    return new Figures()
        .with("per_second", count / seconds)
        .with("mb_per_s", (double) count * bytes / seconds / 1e6)
        .with("cpu_us", (Meter.cpuNanos() - cpu) / 1e3 / count);
  }
}
