package dev.brood.examples;

import dev.brood.process.CancelledException;
import dev.brood.process.Child;
import dev.brood.process.Children;
import dev.brood.process.Command;
import dev.brood.process.DeadlineException;
import dev.brood.process.Shell;
import dev.brood.process.Signal;
import dev.brood.process.StopPlan;
import dev.brood.process.StopReport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Ends programs that do not end by themselves, with everything that they started. */
final class Stopping {
  private Stopping() {}

  public static void main(String[] args) throws InterruptedException {
    tree();
    contained();
    plan();
    signal();
    deadline();
    cancellation();
    interruption();
    all();
  }

  private static void tree() {
    // snippet: tree
    try (Child child = Shell.of("sleep 60 & sleep 60 & echo up; wait").spawn()) {
      child.stdout().readLine();
      StopReport report = child.stop(Duration.ofSeconds(2));
      System.out.println(report.signals() + " to " + report.processes() + " processes");
      System.out.println("left: " + report.survivors());
    }
    // end
  }

  private static void contained() throws InterruptedException {
    // snippet: contained
    Command build = Shell.of("setsid sleep 5 & echo built").contained();
    System.out.println(build.text()); // what it left behind is gone
    // end
  }

  private static void plan() {
    // snippet: plan
    StopPlan politely =
        StopPlan.of(Signal.INT, Duration.ofSeconds(10)).then(Signal.TERM, Duration.ofSeconds(2));
    try (Child child = Command.of("sleep", "60").stopPlan(politely).spawn()) {
      System.out.println(child.stop().signals()); // SIGKILL comes last, by itself, if needed
    }
    // end
  }

  private static void signal() throws InterruptedException {
    // snippet: signal
    try (Child child =
        Shell.of("trap 'echo reloaded; exit' HUP; echo up; sleep 60 & wait").spawn()) {
      child.stdout().readLine();
      boolean delivered = child.signal(Signal.HUP);
      System.out.println(delivered + ": " + child.stdout().readLine());
      child.await();
      System.out.println(child.signal(Signal.HUP)); // false: it has ended
    }
    // end
  }

  private static void deadline() throws InterruptedException {
    // snippet: deadline
    try {
      Shell.of("echo half of it; sleep 60").deadline(Duration.ofMillis(300)).capture();
    } catch (DeadlineException e) {
      System.out.println(e.getMessage());
      System.out.println("until then: " + e.result().stdout());
    }
    // end
  }

  private static void cancellation() throws InterruptedException {
    // snippet: cancel
    CompletableFuture<Void> userWentAway = new CompletableFuture<>();
    userWentAway.completeOnTimeout(null, 100, TimeUnit.MILLISECONDS);
    try {
      Command.of("sleep", "60").cancelOn(userWentAway).run();
    } catch (CancelledException e) {
      System.out.println(e.result().cause() + ", " + e.result().exit());
    }
    // end
  }

  private static void interruption() throws InterruptedException {
    // snippet: interrupt
    Thread worker =
        Thread.startVirtualThread(() -> {
          try {
            Command.of("sleep", "60").capture();
          } catch (InterruptedException e) {
            System.out.println("interrupted, and the child is gone");
          }
        });
    worker.interrupt();
    worker.join();
    // end
  }

  private static void all() {
    // snippet: all
    Command.of("sleep", "60").spawn();
    Command.of("sleep", "60").spawn();
    Children.living().forEach(child -> System.out.println("living: " + child));
    Children.stopAll(Duration.ofSeconds(2));
    System.out.println("living now: " + Children.living().size());
    // end
  }
}
