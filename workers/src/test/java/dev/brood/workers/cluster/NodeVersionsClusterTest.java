package dev.brood.workers.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.workers.sdk.NodeVersion;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The same with every Node from 18 to 26, and what differs between them. */
@Tag("slow")
@ParameterizedClass
@MethodSource("versions")
class NodeVersionsClusterTest extends ServersProcessTest {
  private final NodeVersion version;

  NodeVersionsClusterTest(NodeVersion version) {
    this.version = version;
  }

  static Stream<NodeVersion> versions() throws Exception {
    return NodeVersion.all();
  }

  @Override
  Command runtime(Command command) {
    return version.first(command);
  }

  /** From 26 on a server that closes drops a fresh connection that has not sent a byte. */
  @Test
  void reload_underRoundRobinAndLoad_failsNoRequest() throws Exception {
    try (RunningCluster cluster = http().workers(2).start();
        Load load = Load.of(Facts.port(cluster), 3, 3)) {
      load.awaitMore(100);
      // Long enough for a client that has to wait for a processor before it sends its request.
      Duration pause = Duration.ofMillis(version.major() < 26 ? 200 : 3000);
      ReloadReport report = cluster.reload(ReloadPlan.DEFAULT.readyLimit(Facts.LIMIT).pause(pause));
      assertThat(report.problem()).isEmpty();
      assertThat(report.endings()).hasSize(2).doesNotContainValue(WorkerEnding.KILLED);
      load.awaitMore(100);
      load.end();
      assertThat(load.failures()).isEmpty();
    }
  }

  @Test
  void worker_thatLeavesByItself_isAnsweredAndEnds() throws Exception {
    try (RunningCluster cluster = http().workers(1).start()) {
      Facts.port(cluster);
      ClusterWorker worker = cluster.workers().getFirst();
      worker.send("leave");
      assertThat(worker.onExit().join()).isEqualTo(new Exit.Exited(0));
      assertThat(worker.exitedAfterDisconnect()).isTrue();
    }
  }
}
