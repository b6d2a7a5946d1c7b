package dev.brood.workers.cluster;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.fork.Fork;
import java.io.FileInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A primary of its own, which can be told to take every descriptor that its process may have. */
public final class PrimaryProgram {
  private static final int MOST = 100_000;

  private PrimaryProgram() {}

  /** Serves with one worker that runs the script, until its parent disconnects. */
  public static void main(String[] arguments) throws Exception {
    Channel parent = Channel.parent().orElseThrow();
    try (RunningCluster cluster = Cluster.of(Fork.node(arguments[0])).workers(1).start()) {
      boolean unused = cluster.awaitReady(Duration.ofSeconds(40));
      ListenAddress address = cluster.workers().getFirst().addresses().getFirst();
      unused = parent.send(((ListenAddress.Tcp) address).port());
      List<FileInputStream> taken = new ArrayList<>();
      while (true) {
        if ("take".equals(parent.receive().value())) {
          take(taken);
        } else {
          for (FileInputStream each : taken) {
            each.close();
          }
        }
        unused = parent.send("done");
      }
    } catch (ChannelClosedException e) {
      System.exit(0);
    }
  }

  private static void take(List<FileInputStream> taken) {
    try {
      while (taken.size() < MOST) {
        taken.add(new FileInputStream("/dev/null"));
      }
    } catch (IOException e) {
      // None is left.
    }
  }
}
