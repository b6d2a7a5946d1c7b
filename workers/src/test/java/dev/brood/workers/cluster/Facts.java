package dev.brood.workers.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what has to become true, with a bound for a loaded machine. */
final class Facts {
  static final Duration LIMIT = Duration.ofSeconds(40);

  private Facts() {}

  static void await(String what, BooleanSupplier fact) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("in time: " + what).isNegative();
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** The port that the first worker listens on. */
  static int port(RunningCluster cluster) throws InterruptedException {
    assertThat(cluster.awaitReady(LIMIT)).as("ready: " + cluster).isTrue();
    return switch (cluster.workers().getFirst().addresses().getFirst()) {
      case ListenAddress.Tcp tcp -> tcp.port();
      case ListenAddress.Udp udp -> udp.port();
      case ListenAddress.UnixPath unix -> throw new AssertionError(unix);
      case ListenAddress.Descriptor number -> throw new AssertionError(number);
    };
  }

  /** A list of events that fills itself. */
  static List<ClusterEvent> events() {
    return new CopyOnWriteArrayList<>();
  }
}
