package dev.brood.workers.cluster;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.fork.Fork;
import java.time.Duration;

/** A primary that nobody tells to stop its cluster. */
public final class LastingProgram {
  private LastingProgram() {}

  /** Serves with one worker that runs the script, until it is ended. */
  public static void main(String[] arguments) throws Exception {
    Channel parent = Channel.parent().orElseThrow();
    try (RunningCluster cluster = Cluster.of(Fork.node(arguments[0])).workers(1).start()) {
      boolean unused = cluster.awaitReady(Duration.ofSeconds(40));
      ListenAddress address = cluster.workers().getFirst().addresses().getFirst();
      unused = parent.send(((ListenAddress.Tcp) address).port());
      parent.onDisconnect().join();
    }
  }
}
