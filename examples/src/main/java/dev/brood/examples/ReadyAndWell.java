package dev.brood.examples;

import dev.brood.process.Command;
import dev.brood.workers.supervise.Backoff;
import dev.brood.workers.supervise.Health;
import dev.brood.workers.supervise.Readiness;
import dev.brood.workers.supervise.UnhealthyAction;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** By what a child is known to be up, and to be well. */
final class ReadyAndWell {
  private ReadyAndWell() {}

  public static void main(String[] args) {
    kinds().forEach(System.out::println);
    checks().forEach(System.out::println);
    System.out.println(waits());
  }

  private static List<Readiness> kinds() {
    // snippet: readiness
    return List.of(
        Readiness.message(), // process.send('ready'), or {"brood":"ready"}
        Readiness.notification(), // READY=1 of sd_notify
        Readiness.newline(3), // a newline on descriptor 3, as for s6
        Readiness.line("Listening on \\S+"), // a line of its output
        Readiness.tcp("localhost", 8080),
        Readiness.http(URI.create("http://localhost:8080/ready")),
        Readiness.command(Command.of("pg_isready", "-q")).period(Duration.ofSeconds(2)),
        Readiness.file(Path.of("server.pid")));
    // end
  }

  private static List<Health> checks() {
    // snippet: health
    return List.of(
        Health.ping(), // asks {"type":"health_check"} on the channel
        Health.watchdog(Duration.ofSeconds(30)), // WATCHDOG=1 of sd_notify, at least that often
        Health.tcp("localhost", 8080).whenUnhealthy(UnhealthyAction.REPORT),
        Health.http(URI.create("http://localhost:8080/health")),
        Health.command(Command.of("pg_isready", "-q")).timeout(Duration.ofSeconds(3)));
    // end
  }

  private static Backoff waits() {
    // snippet: backoff
    return Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(30))
        .jitter(0.2)
        .fastFirst()
        .resetAfter(Duration.ofMinutes(5));
    // end
  }
}
