package dev.brood.examples.tour;

import dev.brood.workers.cluster.Cluster;
import dev.brood.workers.cluster.ClusterStopReport;
import dev.brood.workers.cluster.ListenAddress;
import dev.brood.workers.cluster.ReloadPlan;
import dev.brood.workers.cluster.ReloadReport;
import dev.brood.workers.cluster.RunningCluster;
import dev.brood.workers.fork.Fork;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Replaces a Node server by its next version while it serves. Needs node. */
final class Reloads {
  // snippet: node
  private static final String SERVER =
      """
      const version = process.env.VERSION || 'first';
      if (version === 'broken') throw new Error('does not even start');
      require('node:http')
        .createServer((request, response) => response.end(`${version} version`))
        .listen(0, '127.0.0.1');
      """;

  // end

  private Reloads() {}

  public static void main(String[] args) throws Exception {
    Path server = Files.writeString(Path.of("server.js"), SERVER);
    // snippet: start
    Cluster description = Cluster.of(Fork.node(server.toString())).workers(2).name("web");
    try (RunningCluster cluster = description.start()) {
      if (!cluster.awaitReady(Duration.ofSeconds(30))) {
        throw new IllegalStateException("not all serve: " + cluster);
      }
      System.out.println(cluster.workers().getFirst().addresses()); // such as [127.0.0.1:45361]
      // end
      System.out.println(answerOf(cluster));
      reload(cluster, server, "second");
      System.out.println(answerOf(cluster));
      reload(cluster, server, "broken");
      System.out.println(answerOf(cluster));
      // snippet: stop
      ClusterStopReport report = cluster.stop(Duration.ofSeconds(10));
      System.out.println("graceful: " + report.graceful());
      // end
    }
  }

  private static void reload(RunningCluster cluster, Path server, String version)
      throws InterruptedException {
    // snippet: reload
    Fork next = Fork.node(server.toString()).command(c -> c.env("VERSION", version));
    ReloadReport report = cluster.reload(ReloadPlan.DEFAULT.fork(next));
    System.out.println(report.problem().orElse("replaced: " + report.replacements()));
    // end
  }

  private static String answerOf(RunningCluster cluster) throws Exception {
    ListenAddress address = cluster.workers().getFirst().addresses().getFirst();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address)).build();
      return client.send(request, BodyHandlers.ofString()).body();
    }
  }
}
