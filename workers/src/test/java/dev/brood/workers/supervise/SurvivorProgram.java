package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.process.Stdio;
import java.time.Duration;

/** Supervises, as an ordinary user, a child that dies beside a helper that has become root's. */
final class SurvivorProgram {
  private SurvivorProgram() {}

  public static void main(String[] arguments) throws InterruptedException {
    String script =
        """
        "$1" --reuid=0 --regid=0 --clear-groups sleep 60 &
        until [ "$(stat -c %u /proc/$!)" = 0 ]; do sleep 0.01; done
        exit 1
        """;
    Command child =
        Command.of("sh", "-c", script, "sh", arguments[0])
            .stdout(Stdio.none())
            .stderr(Stdio.none());
    Told told = new Told();
    Supervisor supervisor =
        Supervisor.of(Strategy.ONE_FOR_ONE)
            .onEvent(told)
            .child("job", ChildSpec.of(child).shutdown(Shutdown.within(Duration.ofMillis(100))));
    try (RunningSupervisor running = supervisor.start()) {
      System.out.println(told.next(SupervisorEvent.Ended.class, "job").death().ending());
      ChildStatus status = running.child("job").orElseThrow();
      System.out.println(status.state() + " after " + status.runs() + " run");
    }
  }
}
