package dev.brood.examples;

import dev.brood.workers.cluster.Cluster;
import dev.brood.workers.cluster.ClusterEvent;
import dev.brood.workers.cluster.ClusterStopReport;
import dev.brood.workers.cluster.ClusterWorker;
import dev.brood.workers.cluster.Policy;
import dev.brood.workers.cluster.ReloadPlan;
import dev.brood.workers.cluster.ReloadReport;
import dev.brood.workers.cluster.RunningCluster;
import dev.brood.workers.fork.Fork;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Runs {@code examples/web/server.js}, an ordinary HTTP server, as four workers on one address:
 * asks them, replaces them under load, kills one, and stops. Needs node.
 */
final class WebServer {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private WebServer() {}

  public static void main(String[] args) throws Exception {
    Path script = SourceFolder.find("examples/web").resolve("server.js");
    BlockingQueue<ClusterWorker> listening = new LinkedBlockingQueue<>();
    // snippet: options
    Cluster description =
        Cluster.of(Fork.node(script.toString()).command(c -> c.env("PORT", "0"))) // any free one
            .name("web")
            .workers(4) // unless set, one for each processor
            .policy(Policy.ROUND_ROBIN)
            .restartLimit(5, Duration.ofMinutes(1)) // unless set, none is restarted
            .drainLimit(Duration.ofSeconds(10))
            .each((id, fork) -> fork.command(c -> c.env("INSTANCE", "worker " + id)))
            .listening(asked -> Optional.of(asked)) // or another address, or empty to refuse
            .onMessage((worker, message) -> System.out.println(worker.name() + ": " + message));
    // end
    // snippet: watched
    Cluster watched =
        description.onEvent(event -> {
          System.err.println(event.worker().name() + " " + told(event));
          if (event instanceof ClusterEvent.Listening) {
            listening.add(event.worker());
          }
        });
    // end
    try (RunningCluster cluster = watched.start()) {
      if (!cluster.awaitReady(LIMIT)) {
        throw new IllegalStateException("not all serve: " + cluster);
      }
      URI address = URI.create("http://" + cluster.workers().getFirst().addresses().getFirst());
      System.out.println("eight requests, answered by " + answers(address, 8));
      reload(cluster, script, address);
      System.out.println("eight more: " + answers(address, 8));
      kill(cluster, listening);
      System.out.println("and eight more: " + answers(address, 8));
      ClusterStopReport report = cluster.stop(LIMIT);
      System.out.println("stopped: " + new TreeMap<>(report.endings()));
    }
  }

  private static void reload(RunningCluster cluster, Path script, URI address) throws Exception {
    // snippet: load
    Fork next =
        Fork.node(script.toString()).command(c -> c.env("PORT", "0").env("VERSION", "second"));
    try (WebLoad load = WebLoad.start(address, 8)) { // eight clients, each asks and asks
      ReloadReport report = cluster.reload(ReloadPlan.DEFAULT.fork(next));
      load.stop();
      System.out.println(report.problem().orElse("replaced: " + report.replacements().size()));
      System.out.println("the old ones went: " + new TreeMap<>(report.endings()));
      System.out.println("answered meanwhile: " + (load.answered() > 0 ? "many" : "none"));
      System.out.println("failed: " + load.failures());
    }
    // end
  }

  private static void kill(RunningCluster cluster, BlockingQueue<ClusterWorker> listening)
      throws InterruptedException {
    int newest = cluster.workers().stream().mapToInt(ClusterWorker::id).max().orElseThrow();
    // snippet: kill
    ClusterWorker victim = cluster.workers().getFirst();
    victim.child().child().kill();
    System.out.println(victim.name() + ": " + victim.onExit().join());
    // end
    ClusterWorker next = victim;
    while (next != null && next.id() <= newest) {
      next = listening.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
    System.out.println((next == null ? "nobody" : next.name()) + " serves in its place");
  }

  // snippet: events
  private static String told(ClusterEvent event) {
    return switch (event) {
      case ClusterEvent.Listening e -> "listens on " + e.address();
      case ClusterEvent.ListenFailed e -> "cannot have " + e.address();
      case ClusterEvent.Exited e -> "ended: " + e.exit();
      case ClusterEvent.NotRestarted _ -> "stays away";
      case ClusterEvent.Forked _, ClusterEvent.Online _, ClusterEvent.Disconnected _ ->
          event.getClass().getSimpleName();
    };
  }

  // end

  /** Who has answered so many requests, each on a connection of its own. */
  private static Set<String> answers(URI address, int requests) throws Exception {
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < requests; i++) {
      try (HttpClient client = HttpClient.newHttpClient()) {
        HttpRequest request = HttpRequest.newBuilder(address).timeout(LIMIT).build();
        names.add(client.send(request, BodyHandlers.ofString()).body());
      }
    }
    return names;
  }
}
