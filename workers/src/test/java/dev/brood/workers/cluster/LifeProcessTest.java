package dev.brood.workers.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.process.SpawnException;
import dev.brood.workers.channel.ChildJvm;
import dev.brood.workers.channel.Message;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How workers come, go, and are replaced. */
class LifeProcessTest {
  private static final Cluster HTTP = Cluster.of(Scripts.node("http.js")).workers(1).name("web");

  private final List<ClusterEvent> events = Facts.events();

  @Test
  void worker_fromStartToStop_goesThroughItsStates() throws Exception {
    RunningCluster cluster = HTTP.onEvent(events::add).start();
    ClusterWorker worker = cluster.workers().getFirst();
    assertThat(worker.name()).isEqualTo("web-1");
    int port = Facts.port(cluster);
    assertThat(worker.state()).isEqualTo(WorkerState.LISTENING);
    assertThat(worker.isReady()).isTrue();
    ClusterStopReport report = cluster.stop(Facts.LIMIT);
    assertThat(report.endings()).isEqualTo(Map.of(1, WorkerEnding.BY_ITSELF));
    assertThat(report.graceful()).isTrue();
    assertThat(worker.state()).isEqualTo(WorkerState.DEAD);
    assertThat(worker.isConnected()).isFalse();
    assertThat(worker.exitedAfterDisconnect()).isTrue();
    Exit exit = new Exit.Exited(0);
    assertThat(worker.exit()).contains(exit);
    assertThat(events)
        .startsWith(
            new ClusterEvent.Forked(worker),
            new ClusterEvent.Online(worker),
            new ClusterEvent.Listening(worker, new ListenAddress.Tcp("127.0.0.1", port)))
        .hasSize(5)
        .contains(new ClusterEvent.Disconnected(worker), new ClusterEvent.Exited(worker, exit));
    assertThat(cluster.stop(Duration.ZERO).endings()).as("a second stop").isEmpty();
    assertThatThrownBy(() -> cluster.scale(2)).isInstanceOf(ClusterStoppedException.class);
  }

  @Test
  void worker_withAHangingRequest_isTerminatedAfterTheGrace() throws Exception {
    try (RunningCluster cluster = HTTP.start();
        HttpConnection hanging = HttpConnection.to(Facts.port(cluster))) {
      ClusterWorker worker = cluster.workers().getFirst();
      hanging.ask("/hang", true);
      assertThat(HttpConnection.get(Facts.port(cluster), "/")).isEqualTo("1 one");
      assertThat(cluster.stop(Duration.ofMillis(300)).endings())
          .isEqualTo(Map.of(1, WorkerEnding.TERMINATED));
      assertThat(worker.exit()).contains(new Exit.Signaled(Signal.TERM, false));
      assertThat(worker.exitedAfterDisconnect()).isTrue();
    }
  }

  @Test
  void worker_thatIgnoresSigterm_isKilled() throws Exception {
    String script = "trap '' TERM; echo '\"deaf\"' >&3; read -r line <&3; sleep 60";
    Cluster description =
        Cluster.of(Fork.of(Command.of("sh", "-c", script)))
            .workers(1)
            .killGrace(Duration.ofMillis(200));
    try (RunningCluster cluster = description.start()) {
      Message first = cluster.workers().getFirst().receive(Facts.LIMIT).orElseThrow();
      assertThat(first.value()).isEqualTo("deaf");
      assertThat(cluster.stop(Duration.ofMillis(300)).endings())
          .isEqualTo(Map.of(1, WorkerEnding.KILLED));
    }
  }

  @Test
  void worker_thatLeavesByItself_isAnsweredAndNotReplaced() throws Exception {
    try (RunningCluster cluster =
        HTTP.restartLimit(5, Duration.ofMinutes(1)).onEvent(events::add).start()) {
      Facts.port(cluster);
      ClusterWorker worker = cluster.workers().getFirst();
      worker.send("leave");
      assertThat(worker.onExit().join()).isEqualTo(new Exit.Exited(0));
      assertThat(worker.exitedAfterDisconnect()).isTrue();
      Facts.await("it is put away", () -> cluster.workers().isEmpty());
    }
    assertThat(events).noneMatch(ClusterEvent.NotRestarted.class::isInstance);
    assertThat(events).filteredOn(ClusterEvent.Forked.class::isInstance).hasSize(1);
  }

  @Test
  void worker_thatCrashes_isNotReplacedUnlessAsked() throws Exception {
    try (RunningCluster cluster = HTTP.workers(2).onEvent(events::add).start()) {
      Facts.port(cluster);
      ClusterWorker worker = cluster.workers().getFirst();
      worker.send("exit");
      assertThat(worker.onExit().join()).isEqualTo(new Exit.Exited(7));
      assertThat(worker.exitedAfterDisconnect()).isFalse();
      Facts.await("told", () -> events.contains(new ClusterEvent.NotRestarted(worker)));
      assertThat(cluster.workers()).extracting(ClusterWorker::id).containsExactly(2);
    }
  }

  @Test
  void worker_thatCrashesAgainAndAgain_isReplacedUpToTheLimit() throws Exception {
    Fork crashing = Scripts.node("http.js").command(command -> command.env("FAIL_TO_START", "1"));
    Cluster description =
        Cluster.of(crashing)
            .workers(1)
            .restartLimit(2, Duration.ofMinutes(10))
            .onEvent(events::add);
    try (RunningCluster cluster = description.start()) {
      Facts.await(
          "given up", () -> events.stream().anyMatch(ClusterEvent.NotRestarted.class::isInstance));
      assertThat(cluster.workers()).isEmpty();
      assertThat(cluster.awaitReady(Facts.LIMIT)).isFalse();
    }
    assertThat(events)
        .filteredOn(ClusterEvent.Exited.class::isInstance)
        .extracting(event -> event.worker().id())
        .containsExactly(1, 2, 3);
  }

  @Test
  void worker_whoseChannelBreaks_endsByItself() throws Exception {
    try (RunningCluster cluster = HTTP.start()) {
      Facts.port(cluster);
      ClusterWorker worker = cluster.workers().getFirst();
      worker.child().channel().close();
      assertThat(worker.onExit().join()).isEqualTo(new Exit.Exited(0));
      assertThat(worker.exitedAfterDisconnect()).isFalse();
    }
  }

  @Test
  void scale_upAndDown_givesNewIdsAndSendsTheYoungestAway() throws Exception {
    try (RunningCluster cluster = HTTP.workers(2).start()) {
      int port = Facts.port(cluster);
      assertThat(cluster.scale(4)).isEmpty();
      assertThat(cluster.awaitReady(Facts.LIMIT)).isTrue();
      assertThat(cluster.scale(1))
          .isEqualTo(
              Map.of(
                  2, WorkerEnding.BY_ITSELF,
                  3, WorkerEnding.BY_ITSELF,
                  4, WorkerEnding.BY_ITSELF));
      assertThat(cluster.scale(2)).isEmpty();
      assertThat(cluster.awaitReady(Facts.LIMIT)).isTrue();
      assertThat(cluster.workers()).extracting(ClusterWorker::id).containsExactly(1, 5);
      assertThat(HttpConnection.get(port, "/")).endsWith(" one");
      assertThat(cluster.disconnect(cluster.worker(5).orElseThrow()))
          .isEqualTo(WorkerEnding.BY_ITSELF);
    }
  }

  @Test
  void each_changesSingleWorkers() throws Exception {
    Cluster description =
        HTTP.workers(2)
            .each((id, fork) -> fork.command(command -> command.env("VERSION", "v" + id)));
    try (RunningCluster cluster = description.start()) {
      int port = Facts.port(cluster);
      assertThat(List.of(HttpConnection.get(port, "/"), HttpConnection.get(port, "/")))
          .containsExactlyInAnyOrder("1 v1", "2 v2");
    }
  }

  @Test
  void start_ofAProgramThatIsNotThere_throwsAndLeavesNothing() {
    Cluster description = Cluster.of(Fork.of(Command.of("no-such-program"))).workers(2);
    assertThatThrownBy(description::start).isInstanceOf(SpawnException.class);
  }

  @Test
  void stop_byAnInterruptedThread_endsTheGraceAndKeepsTheInterrupt() throws Exception {
    try (RunningCluster cluster = HTTP.start();
        HttpConnection hanging = HttpConnection.to(Facts.port(cluster))) {
      hanging.ask("/hang", true);
      assertThat(HttpConnection.get(Facts.port(cluster), "/")).isEqualTo("1 one");
      Thread.currentThread().interrupt();
      ClusterStopReport report = cluster.stop(Duration.ofHours(1));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(report.graceful()).isFalse();
    }
  }

  @Test
  void shutdownOfThePrimary_workerIsServing_letsItFinish() throws Exception {
    String script = Scripts.path("lasting.js").toString();
    Fork fork = Fork.of(ChildJvm.command(PrimaryProgram.class, script));
    try (ForkedChild primary = fork.spawn();
        Socket client = new Socket()) {
      int port = (int) primary.receive(Facts.LIMIT).orElseThrow().value();
      client.connect(new InetSocketAddress("127.0.0.1", port));
      client.setSoTimeout((int) Facts.LIMIT.toMillis());
      assertThat(client.getInputStream().readNBytes(6)).asString().isEqualTo("first ");

      primary.child().signal(Signal.TERM);

      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("last");
      assertThat(primary.await(Facts.LIMIT)).contains(new Exit.Exited(128 + 15));
    }
  }

  @Test
  void messages_thatNobodyReceives_areKeptUpToABound() throws Exception {
    Fork chatty = Scripts.node("chatty.js", "3000");
    try (RunningCluster cluster = Cluster.of(chatty).workers(1).readyMessage("done").start()) {
      assertThat(cluster.awaitReady(Facts.LIMIT)).isTrue();
      ClusterWorker worker = cluster.workers().getFirst();
      int first = (int) worker.receive(Facts.LIMIT).orElseThrow().value();
      assertThat(first).isEqualTo(3000 - Mailbox.MOST_KEPT + 1);
    }
  }
}
