package dev.brood.workers.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Result;
import dev.brood.workers.fork.Fork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers of npm, as they are. */
@Tag("slow")
class PackagesProcessTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("target/npm-packages");

  @BeforeAll
  static void install() throws Exception {
    if (Files.isDirectory(FOLDER.resolve("node_modules/fastify"))
        && Files.isDirectory(FOLDER.resolve("node_modules/express"))) {
      return;
    }
    Files.createDirectories(FOLDER);
    Files.writeString(FOLDER.resolve("package.json"), "{\"private\":true}");
    Result result =
        Command.of("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts")
            .args("express@5", "fastify@5")
            .directory(FOLDER)
            .deadline(Duration.ofSeconds(100))
            .unchecked()
            .capture();
    boolean installed = result.exit().equals(new Exit.Exited(0));
    if (!installed && System.getenv("CI") != null) {
      fail("npm could not install express and fastify: " + result);
    }
    assumeTrue(installed, "SKIPPED: npm could not install express and fastify: " + result);
  }

  @ParameterizedTest
  @CsvSource({"express, ROUND_ROBIN", "express, SHARED", "fastify, ROUND_ROBIN", "fastify, SHARED"})
  void server_ofNpm_isServedReloadedAndStopped(String name, Policy policy) throws Exception {
    Fork fork =
        Scripts.node(name + ".js")
            .command(
                command -> command.env("NODE_PATH", FOLDER.resolve("node_modules").toString()));
    Cluster description = Cluster.of(fork).workers(2).policy(policy);
    try (RunningCluster cluster = description.start();
        Load load = Load.of(Facts.port(cluster), 2, 2)) {
      load.awaitMore(200);
      ReloadReport report = cluster.reload(ReloadPlan.DEFAULT);
      assertThat(report.completed()).as(report.toString()).isTrue();
      load.awaitMore(200);
      load.end();
      assertThat(load.failures()).isEmpty();
      assertThat(load.answers())
          .containsExactlyInAnyOrder(name + " 1", name + " 2", name + " 3", name + " 4");
      assertThat(cluster.stop(Facts.LIMIT).graceful()).isTrue();
    }
  }
}
