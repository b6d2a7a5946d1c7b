package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.process.Stdio;
import dev.brood.workers.fork.Fork;
import java.time.Duration;

/** A program that keeps a tree of children running: of its own, of a supervisor below, of forks. */
final class SupervisedTree {
  private SupervisedTree() {}

  public static void main(String[] args) throws InterruptedException {
    Supervisor below =
        Supervisor.of(Strategy.REST_FOR_ONE)
            .child("helpers", silent("sh", "-c", "sleep 300 & sleep 300 & wait"))
            .child("python", silent("python3", "-c", "import time; time.sleep(300)"));
    Supervisor all =
        Supervisor.of(Strategy.ONE_FOR_ALL)
            .name("tree")
            .child("sleep", silent("sleep", "300"))
            .child("node", Fork.of(silent("node", "-e", "setInterval(() => {}, 1000)")))
            .child("below", below);
    try (RunningSupervisor running = all.start()) {
      if (running.awaitReady(Duration.ofMinutes(1))) {
        System.out.println("ready");
      }
      running.await(Duration.ofMinutes(2));
    }
  }

  private static Command silent(String program, String... arguments) {
    return Command.of(program).args(arguments).stdout(Stdio.none()).stderr(Stdio.none());
  }
}
