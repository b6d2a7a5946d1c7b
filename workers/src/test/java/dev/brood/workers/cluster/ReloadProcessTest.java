package dev.brood.workers.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Exit;
import dev.brood.workers.cluster.ReloadReport.Replacement;
import dev.brood.workers.fork.Fork;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Workers are replaced while clients are served. */
class ReloadProcessTest {
  private static final Fork FORK = Scripts.node("http.js");
  private static final ReloadPlan PLAN = ReloadPlan.DEFAULT.readyLimit(Facts.LIMIT);

  private final List<ClusterEvent> events = Facts.events();

  @ParameterizedTest
  @EnumSource
  void threeReloads_ofTwoWorkersUnderLoad_failNoRequest(Policy policy) throws Exception {
    Cluster description = Cluster.of(FORK).workers(2).policy(policy).onEvent(events::add);
    try (RunningCluster cluster = description.start();
        Load load = Load.of(Facts.port(cluster), 3, 3)) {
      for (int i = 1; i <= 3; i++) {
        load.awaitMore(200);
        load.awaitAnswers(2 * i); // every worker has served
        ReloadReport report = cluster.reload(PLAN);
        assertThat(report.problem()).isEmpty();
        assertThat(report.endings()).hasSize(2).doesNotContainValue(WorkerEnding.KILLED);
        assertThat(report.replacements())
            .containsExactly(
                new Replacement(2 * i - 1, 2 * i + 1), new Replacement(2 * i, 2 * i + 2));
      }
      load.awaitMore(200);
      load.awaitAnswers(8);
      load.end();
      assertThat(load.failures()).isEmpty();
      assertThat(load.answers()).hasSize(8);
    }
    assertThat(events)
        .filteredOn(ClusterEvent.Exited.class::isInstance)
        .filteredOn(event -> event.worker().id() <= 6)
        .allMatch(event -> ((ClusterEvent.Exited) event).exit().equals(new Exit.Exited(0)));
  }

  @Test
  void reload_withAnotherProgram_isServedByItAndKept() throws Exception {
    try (RunningCluster cluster = Cluster.of(FORK).workers(2).start()) {
      int port = Facts.port(cluster);
      Fork second = FORK.command(command -> command.env("VERSION", "two"));
      ReloadReport report = cluster.reload(PLAN.fork(second).atOnce(2));
      assertThat(report.completed()).isTrue();
      assertThat(report.replacements())
          .containsExactly(new Replacement(1, 3), new Replacement(2, 4));
      assertThat(HttpConnection.get(port, "/")).endsWith(" two");
      assertThat(cluster.scale(3)).isEmpty();
      assertThat(cluster.awaitReady(Facts.LIMIT)).isTrue();
      for (int i = 0; i < 3; i++) {
        assertThat(HttpConnection.get(port, "/")).endsWith(" two");
      }
    }
  }

  @Test
  void reload_withAProgramThatFails_isRolledBackUnderLoad() throws Exception {
    Fork broken = FORK.command(command -> command.env("FAIL_TO_START", "1"));
    try (RunningCluster cluster = Cluster.of(FORK).workers(2).start();
        Load load = Load.of(Facts.port(cluster), 1, 1)) {
      ReloadReport report = cluster.reload(PLAN.fork(broken));
      assertThat(report.completed()).isFalse();
      assertThat(report.problem().orElseThrow())
          .startsWith("worker-3 ended before it served")
          .contains("3");
      assertThat(report.rolledBack()).isTrue();
      assertThat(report.replacements()).isEmpty();
      assertThat(report.endings()).containsOnlyKeys(3);
      assertThat(cluster.workers()).extracting(ClusterWorker::id).containsExactly(1, 2);
      load.awaitMore(50);
      load.end();
      assertThat(load.failures()).isEmpty();
    }
  }

  @Test
  void reload_withAWorkerThatNeverServes_isRolledBackInTime() throws Exception {
    Fork silent = Scripts.node("chatty.js", "1");
    try (RunningCluster cluster = Cluster.of(FORK).workers(1).start()) {
      int port = Facts.port(cluster);
      Duration limit = Duration.ofSeconds(1);
      ReloadReport report = cluster.reload(PLAN.fork(silent).readyLimit(limit));
      assertThat(report.problem()).contains("worker-2 did not serve within PT1S");
      assertThat(report.rolledBack()).isTrue();
      assertThat(HttpConnection.get(port, "/")).isEqualTo("1 one");
    }
  }

  @Test
  void reload_thatFailsAtTheSecondWorker_takesTheFirstBack() throws Exception {
    Cluster description =
        Cluster.of(FORK)
            .workers(2)
            .each((id, fork) ->
                id == 4 ? fork.command(command -> command.env("FAIL_TO_START", "1")) : fork);
    try (RunningCluster cluster = description.start()) {
      int port = Facts.port(cluster);
      Fork second = FORK.command(command -> command.env("VERSION", "two"));
      ReloadReport report = cluster.reload(PLAN.fork(second));
      assertThat(report.problem().orElseThrow()).startsWith("worker-4 ended before it served");
      assertThat(report.rolledBack()).isTrue();
      assertThat(report.replacements()).containsExactly(new Replacement(1, 5));
      assertThat(report.endings()).containsOnlyKeys(1, 3, 4);
      assertThat(cluster.workers()).extracting(ClusterWorker::id).containsExactly(2, 5);
      for (int i = 0; i < 4; i++) {
        assertThat(HttpConnection.get(port, "/")).endsWith(" one");
      }
    }
  }

  @Test
  void reload_withAReadyMessage_waitsForItAndNotForListening() throws Exception {
    Fork ready = FORK.command(command -> command.env("READY", "ready"));
    try (RunningCluster cluster = Cluster.of(ready).workers(1).readyMessage("ready").start()) {
      assertThat(cluster.awaitReady(Facts.LIMIT)).isTrue();
      assertThat(cluster.reload(PLAN).completed()).isTrue();
      ReloadReport report =
          cluster.reload(PLAN.fork(FORK).readyLimit(Duration.ofSeconds(1))); // it never says so
      assertThat(report.problem()).contains("worker-3 did not serve within PT1S");
    }
  }

  @Test
  void reload_withARequestThatHangs_isBounded() throws Exception {
    Cluster description = Cluster.of(FORK).workers(1).drainLimit(Duration.ofMillis(500));
    try (RunningCluster cluster = description.start();
        HttpConnection hanging = HttpConnection.to(Facts.port(cluster))) {
      hanging.ask("/hang", true);
      assertThat(HttpConnection.get(Facts.port(cluster), "/")).isEqualTo("1 one");
      ReloadReport report = cluster.reload(PLAN);
      assertThat(report.completed()).isTrue();
      assertThat(report.endings()).containsEntry(1, WorkerEnding.TERMINATED);
      assertThat(HttpConnection.get(Facts.port(cluster), "/")).isEqualTo("2 one");
    }
  }

  @ParameterizedTest
  @CsvSource({"polite.js, BY_ITSELF", "clingy.js, TERMINATED"})
  void reload_withAClientThatNeverPauses_isOverSoonerIfTheServerSaysSo(
      String script, WorkerEnding ending) throws Exception {
    Duration limit = ending == WorkerEnding.BY_ITSELF ? Facts.LIMIT : Duration.ofSeconds(1);
    Cluster description = Cluster.of(Scripts.node(script)).workers(1).drainLimit(limit);
    try (RunningCluster cluster = description.start();
        HttpConnection busy = HttpConnection.to(Facts.port(cluster))) {
      busy.ask("/", true);
      busy.ask("/", true);
      assertThat(busy.answer()).isEqualTo("1");
      CompletableFuture<Void> asking =
          CompletableFuture.runAsync(() -> askUntilItCloses(busy), Thread::startVirtualThread);
      ReloadReport report = cluster.reload(PLAN);
      asking.get(60, TimeUnit.SECONDS);
      assertThat(report.endings()).containsEntry(1, ending);
      assertThat(HttpConnection.get(Facts.port(cluster), "/")).isEqualTo("2");
    }
  }

  /** One request ahead: between an answer and the next one a server may close the connection. */
  private static void askUntilItCloses(HttpConnection connection) {
    try {
      while (!connection.isClosing()) {
        connection.ask("/", true);
        String unused = connection.answer();
      }
    } catch (IOException e) {
      // Its worker is gone.
    }
  }

  @Test
  void reload_whileTheClusterIsStopped_endsAndLeavesNothing() throws Exception {
    Fork silent = Scripts.node("chatty.js", "1");
    RunningCluster cluster = Cluster.of(FORK).workers(1).start();
    Facts.port(cluster);
    CompletableFuture<ReloadReport> reload = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              try {
                reload.complete(cluster.reload(PLAN.fork(silent)));
              } catch (InterruptedException | RuntimeException e) {
                reload.completeExceptionally(e);
              }
            });
    Facts.await("the new one is there", () -> cluster.workers().size() == 2);
    cluster.close();
    thread.join();
    assertThat(reload.join().completed()).isFalse();
    assertThat(cluster.workers()).isEmpty();
    assertThatThrownBy(() -> cluster.reload(PLAN)).isInstanceOf(ClusterStoppedException.class);
  }

  @Test
  void workersKilledUnderLoad_withRestarts_cutOnlyWhatTheyHadTaken() throws Exception {
    Cluster description =
        Cluster.of(FORK).workers(2).restartLimit(3, Duration.ofMinutes(10)).onEvent(events::add);
    try (RunningCluster cluster = description.start();
        Load load = Load.of(Facts.port(cluster), 4, 0)) {
      load.awaitMore(100);
      ClusterWorker victim = cluster.workers().getFirst();
      assertThat(victim.child().child().kill().forced()).isTrue();
      Facts.await(
          "replaced",
          () ->
              events.stream()
                  .filter(ClusterEvent.Listening.class::isInstance)
                  .anyMatch(event -> event.worker().id() == 3));
      load.awaitMore(200);
      load.end();
      // A connection is offered to one worker at a time; what it has taken dies with it.
      assertThat(load.failures().size()).isLessThanOrEqualTo(4);
      assertThat(load.failures()).noneMatch(failure -> failure.contains("refused"));
    }
  }
}
