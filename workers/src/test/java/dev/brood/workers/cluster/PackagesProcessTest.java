package dev.brood.workers.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.workers.fork.Fork;
import dev.brood.workers.sdk.NpmPackages;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers of npm, as they are. */
@Tag("slow")
class PackagesProcessTest {
  private static String modules() throws Exception {
    return NpmPackages.install("servers", "express@5", "fastify@5").toString();
  }

  @ParameterizedTest
  @CsvSource({"express, ROUND_ROBIN", "express, SHARED", "fastify, ROUND_ROBIN", "fastify, SHARED"})
  void server_ofNpm_isServedReloadedAndStopped(String name, Policy policy) throws Exception {
    String modules = modules();
    Fork fork = Scripts.node(name + ".js").command(command -> command.env("NODE_PATH", modules));
    Cluster description = Cluster.of(fork).workers(2).policy(policy);
    try (RunningCluster cluster = description.start();
        Load load = Load.of(Facts.port(cluster), 2, 2)) {
      load.awaitMore(200);
      load.awaitAnswers(2);
      ReloadReport report = cluster.reload(ReloadPlan.DEFAULT.readyLimit(Facts.LIMIT));
      assertThat(report.completed()).as(report.toString()).isTrue();
      load.awaitMore(200);
      load.awaitAnswers(4);
      load.end();
      assertThat(load.failures()).isEmpty();
      assertThat(load.answers())
          .containsExactlyInAnyOrder(name + " 1", name + " 2", name + " 3", name + " 4");
      assertThat(cluster.stop(Facts.LIMIT).graceful()).isTrue();
    }
  }
}
