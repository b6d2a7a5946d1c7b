package dev.brood.examples;

import dev.brood.process.Command;
import dev.brood.process.Signal;
import dev.brood.workers.supervise.Backoff;
import dev.brood.workers.supervise.ChildSpec;
import dev.brood.workers.supervise.ChildStatus;
import dev.brood.workers.supervise.Condition;
import dev.brood.workers.supervise.GiveUp;
import dev.brood.workers.supervise.Readiness;
import dev.brood.workers.supervise.Restart;
import dev.brood.workers.supervise.RunningSupervisor;
import dev.brood.workers.supervise.Shutdown;
import dev.brood.workers.supervise.Strategy;
import dev.brood.workers.supervise.Supervisor;
import dev.brood.workers.supervise.SupervisorEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A database, its schema, and a server that needs both: started in order, and kept running. */
final class Supervision {
  /** Counted down when the server is ready: at first, and after the accident. */
  private static final CountDownLatch SERVING = new CountDownLatch(2);

  private Supervision() {}

  public static void main(String[] args) throws Exception {
    // snippet: children
    Command database = Command.of("sh", "-c", ": > db.socket; exec sleep 1000");
    Command schema = Command.of("sh", "-c", "echo tables > shop.db");
    Command server = Command.of("sleep", "1000");
    Supervisor description =
        Supervisor.of(Strategy.ONE_FOR_ONE)
            .name("shop")
            .intensity(5, Duration.ofMinutes(1))
            .child("db", ChildSpec.of(database).readiness(Readiness.file(Path.of("db.socket"))))
            .child(
                "schema",
                ChildSpec.of(schema).restart(Restart.TRANSIENT).dependsOn("db", Condition.READY))
            .child("web", ChildSpec.of(server).dependsOn("schema", Condition.SUCCEEDED))
            .onEvent(Supervision::tell);
    // end
    // snippet: run
    try (RunningSupervisor shop = description.start()) {
      if (!shop.awaitReady(Duration.ofSeconds(30))) {
        throw new IllegalStateException("not up: " + shop.children());
      }
      shop.process("web").orElseThrow().signal(Signal.KILL); // an accident
      if (!SERVING.await(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("not restarted: " + shop.children());
      }
      ChildStatus web = shop.child("web").orElseThrow();
      System.out.println("web: run " + web.runs() + ", last " + web.deaths().getLast().ending());
    } // stops web, then db
    // end
    tree();
    System.out.println(careful());
  }

  private static void tree() throws InterruptedException {
    // snippet: tree
    Supervisor importers =
        Supervisor.of(Strategy.ONE_FOR_ALL) // they share a cache: none goes on without the other
            .intensity(2, Duration.ofSeconds(30))
            .child("reader", Command.of("sleep", "1000"))
            .child("writer", Command.of("sleep", "1000"));
    Supervisor description =
        Supervisor.of(Strategy.ONE_FOR_ONE)
            .name("shop")
            .child("web", Command.of("sleep", "1000"))
            .child("importers", ChildSpec.of(importers).dependsOn("web", Condition.READY));
    // end
    // snippet: calls
    try (RunningSupervisor shop = description.start()) {
      shop.startChild("report", ChildSpec.of(Command.of("true")).restart(Restart.TEMPORARY));
      shop.restartChild("web");
      shop.terminateChild("importers"); // returns when reader and writer have ended
      shop.deleteChild("importers");
      System.out.println(shop.awaitReady(Duration.ofSeconds(30)) + ", " + shop.stop());
    }
    // end
  }

  // snippet: events
  private static void tell(SupervisorEvent event) {
    switch (event) {
      case SupervisorEvent.Ready ready -> {
        System.out.println(ready.child() + " is ready");
        if (ready.child().equals("web")) {
          SERVING.countDown();
        }
      }
      case SupervisorEvent.Restarting again -> {
        System.out.println(again.child() + " is restarted in " + again.delay());
      }
      case SupervisorEvent.Completed done -> System.out.println(done.child() + " is done");
      default -> {} // Started, Waiting, Stopping, Ended, GivenUp and others
    }
  }

  // end

  private static ChildSpec careful() {
    // snippet: careful
    return ChildSpec.of(Command.of("mailer", "--queue", "mail.db"))
        .restart(Restart.TRANSIENT)
        .success(0, 75)
        .successSignals(Signal.TERM)
        .minimumUptime(Duration.ofSeconds(1))
        .backoff(
            Backoff.exponential(Duration.ofMillis(200), Duration.ofMinutes(1))
                .jitter(0.2)
                .fastFirst()
                .resetAfter(Duration.ofMinutes(5)))
        .giveUp(GiveUp.after(10).retryEvery(Duration.ofMinutes(15)))
        .shutdown(Shutdown.within(Duration.ofSeconds(20)));
    // end
  }
}
