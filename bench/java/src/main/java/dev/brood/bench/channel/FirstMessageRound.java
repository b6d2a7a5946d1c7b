package dev.brood.bench.channel;

import dev.brood.bench.contest.Figures;
import dev.brood.bench.contest.Meter;
import dev.brood.bench.contest.Round;
import dev.brood.workers.fork.AotCache;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** From a fork to the first message of the child, which is stopped then. */
final class FirstMessageRound implements Round {
  private final Fork fork;
  private final int count;

  /**
   * @param cached whether the Java child has an AOT cache, which is made first (JEP 514)
   */
  FirstMessageRound(Peer peer, boolean cached, int count) throws IOException, InterruptedException {
    this.fork = cached ? withCache(peer.fork()) : peer.fork();
    this.count = count;
  }

  private static Fork withCache(Fork fork) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("bench");
    AotCache cache = AotCache.in(folder);
    Path made = cache.make(fork);
    for (Path each : List.of(folder, folder.resolve("new"), folder.resolve("lock"), made)) {
      each.toFile().deleteOnExit(); // the last one first
    }
    return fork.aotCache(cache);
  }

  @Override
  public Figures run() throws InterruptedException {
    long[] times = new long[count];
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      try (ForkedChild child = fork.spawn()) {
        Object first = child.receive().value();
        times[i] = System.nanoTime() - begin;
        if (!"ready".equals(first)) {
          throw new IllegalStateException("not the first message: " + first);
        }
        child.child().kill();
      }
    }
    return new Figures()
        .with("p50_ms", Meter.percentile(times, 0.5) / 1e6)
        .with("p99_ms", Meter.percentile(times, 0.99) / 1e6);
  }
}
