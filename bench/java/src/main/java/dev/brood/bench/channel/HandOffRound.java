package dev.brood.bench.channel;

import dev.brood.bench.contest.Figures;
import dev.brood.bench.contest.Meter;
import dev.brood.bench.contest.Round;
import dev.brood.process.Command;
import dev.brood.workers.cluster.Cluster;
import dev.brood.workers.cluster.ListenAddress;
import dev.brood.workers.cluster.RunningCluster;
import dev.brood.workers.fork.Fork;
import java.time.Duration;

/** Connections that a primary accepts and hands to Node workers, which answer a byte and close. */
final class HandOffRound implements Round {
  private final RunningCluster cluster;
  private final Command dial;
  private final int count;

  /**
   * @param dial the program that connects: {@code dial PORT COUNT AT_ONCE}
   */
  HandOffRound(String dial, String script, int workers, int count) throws InterruptedException {
    this.cluster = Cluster.of(Fork.node(script)).workers(workers).start();
    if (!cluster.awaitReady(Duration.ofSeconds(30))) {
      throw new IllegalStateException("not all serve: " + cluster);
    }
    if (!(cluster.workers().getFirst().addresses().getFirst() instanceof ListenAddress.Tcp tcp)) {
      throw new IllegalStateException("not at a port: " + cluster);
    }
    this.count = count;
    this.dial = Command.of(dial, String.valueOf(tcp.port()), String.valueOf(count), "32");
  }

  @Override
  public Figures run() throws InterruptedException {
    long begin = System.nanoTime();
    long cpu = Meter.cpuNanos();
    dial.run();
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Figures()
        .with("per_second", count / seconds)
        .with("cpu_us", (Meter.cpuNanos() - cpu) / 1e3 / count);
  }
}
