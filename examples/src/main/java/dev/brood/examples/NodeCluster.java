package dev.brood.examples;

import dev.brood.workers.cluster.Cluster;
import dev.brood.workers.cluster.ClusterEvent;
import dev.brood.workers.cluster.ClusterStopReport;
import dev.brood.workers.cluster.ListenAddress;
import dev.brood.workers.cluster.Policy;
import dev.brood.workers.cluster.ReloadPlan;
import dev.brood.workers.cluster.ReloadReport;
import dev.brood.workers.cluster.RunningCluster;
import dev.brood.workers.fork.Fork;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Runs an ordinary Node server as several workers, and replaces them while they serve. */
final class NodeCluster {
  private static final String SERVER =
      """
      const http = require('node:http');
      const version = process.env.VERSION || 'first';
      http.createServer((request, response) => response.end(`${version} version`)).listen(0);
      """;

  private NodeCluster() {}

  public static void main(String[] args) throws Exception {
    Path server = Files.writeString(Path.of("server.js"), SERVER);
    serve(server);
    watch(server);
  }

  private static void serve(Path server) throws IOException, InterruptedException {
    // snippet: start
    Cluster description = Cluster.of(Fork.node(server.toString())).workers(2).name("web");
    try (RunningCluster cluster = description.start()) {
      if (!cluster.awaitReady(Duration.ofSeconds(30))) {
        throw new IllegalStateException("not all serve: " + cluster);
      }
      System.out.println(cluster.workers().getFirst().addresses()); // [*:45361]
      // end
      System.out.println(get(cluster));
      reload(cluster, server);
      System.out.println(get(cluster));
      // snippet: stop
      ClusterStopReport report = cluster.stop(Duration.ofSeconds(10));
      System.out.println(report.graceful() + " " + report.endings()); // true {3=BY_ITSELF, ...
      // end
    }
  }

  private static void reload(RunningCluster cluster, Path server) throws InterruptedException {
    // snippet: reload
    Fork next = Fork.node(server.toString()).command(c -> c.env("VERSION", "second"));
    ReloadReport report = cluster.reload(ReloadPlan.DEFAULT.fork(next));
    if (!report.completed()) {
      System.out.println(report.problem().orElseThrow() + ", back: " + report.rolledBack());
    }
    // end
    System.out.println(report.replacements());
  }

  private static void watch(Path server) throws InterruptedException {
    // snippet: options
    Cluster careful =
        Cluster.of(Fork.node(server.toString()))
            .workers(2)
            .policy(Policy.SHARED)
            .restartLimit(5, Duration.ofMinutes(1))
            .drainLimit(Duration.ofSeconds(10))
            .each((id, fork) -> fork.command(c -> c.env("INSTANCE", "" + id)))
            .listening(asked -> Optional.of(onLoopback(asked)))
            .onMessage((worker, message) -> System.out.println(worker.name() + ": " + message));
    // end
    // snippet: events
    Cluster watched =
        careful.onEvent(event -> {
          String text =
              switch (event) {
                case ClusterEvent.Listening e -> "listens on " + e.address();
                case ClusterEvent.ListenFailed e -> "cannot have " + e.address();
                case ClusterEvent.Exited e -> "ended: " + e.exit();
                case ClusterEvent.NotRestarted _ -> "stays away";
                case ClusterEvent.Forked _, ClusterEvent.Online _, ClusterEvent.Disconnected _ ->
                    event.getClass().getSimpleName();
              };
          System.out.println(event.worker().name() + " " + text);
        });
    // end
    try (RunningCluster cluster = watched.start()) {
      System.out.println(cluster.awaitReady(Duration.ofSeconds(30)));
    }
  }

  private static ListenAddress onLoopback(ListenAddress asked) {
    return asked instanceof ListenAddress.Tcp tcp
        ? new ListenAddress.Tcp("127.0.0.1", tcp.port())
        : asked;
  }

  private static String get(RunningCluster cluster) throws IOException, InterruptedException {
    if (!(cluster.workers().getFirst().addresses().getFirst() instanceof ListenAddress.Tcp tcp)) {
      throw new IllegalStateException("not a TCP server");
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI address = URI.create("http://127.0.0.1:" + tcp.port());
      return client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString()).body();
    }
  }
}
