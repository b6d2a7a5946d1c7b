package dev.brood.examples;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import dev.brood.workers.watch.Admission;
import dev.brood.workers.watch.Admission.Ticket;
import dev.brood.workers.watch.AdmissionLimits;
import dev.brood.workers.watch.Figure;
import dev.brood.workers.watch.MachineAdmission;
import dev.brood.workers.watch.Refusal;
import dev.brood.workers.watch.ResourceEvent;
import dev.brood.workers.watch.Resources;
import dev.brood.workers.watch.RunningResources;
import dev.brood.workers.watch.Threshold;
import dev.brood.workers.watch.WatchEvent;
import dev.brood.workers.watch.WatchedChild;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Measures children, acts on a critical figure, and asks before it starts one more. */
final class ResourcesAndAdmission {
  private static final long MIB = 1024 * 1024;
  private static final int MOST_QUESTIONS = 400;

  private ResourcesAndAdmission() {}

  public static void main(String[] args) throws InterruptedException {
    watch();
    admit();
  }

  private static void watch() throws InterruptedException {
    String script = "trap 'echo saved; exit 75' USR1; echo up; sleep 60 & while :; do wait; done";
    Command job = Command.of("sh", "-c", script).stdout(Stdio.pipe());
    // snippet: watch
    Threshold memory =
        Threshold.of(Figure.RESIDENT_BYTES, 512 * MIB, 1024 * MIB)
            .after(3) // readings in a row
            .stop(Duration.ofSeconds(10));
    Threshold processes = Threshold.of(Figure.PROCESSES, 2).signal(Signal.USR1);
    Resources every200Millis =
        Resources.every(Duration.ofMillis(200)).onEvent(ResourcesAndAdmission::tell);
    try (RunningResources resources = every200Millis.start();
        Child child = job.spawn()) {
      String up = child.stdout().readLine(); // it catches SIGUSR1 from now on
      WatchedChild watched = resources.watch(child, memory, processes);
      String answer = child.stdout().readLine();
      // end
      System.out.println("the child said " + up + ", then " + answer);
      System.out.println("its end: " + child.await());
      watched
          .peak(Figure.RESIDENT_BYTES)
          .ifPresent(peak -> System.out.printf("it had %.0f MiB at most%n", peak / MIB));
    }
  }

  private static void tell(WatchEvent event) {
    // snippet: events
    switch (event) {
      case ResourceEvent.LevelChanged changed ->
          System.out.println(changed.figure() + " is " + changed.now() + ": " + changed.value());
      case ResourceEvent.Acted acted ->
          System.out.println(acted.action() + acted.failure().map(why -> ": " + why).orElse(""));
      case ResourceEvent.Ended ended -> System.out.println("measured no more: " + ended.child());
      default -> System.out.println(event); // a figure that cannot be read, a pass that is slow
    }
    // end
  }

  private static void admit() throws InterruptedException {
    Command job = Command.of("sleep", "1");
    List<Child> children = new ArrayList<>();
    // snippet: admission
    AdmissionLimits limits = AdmissionLimits.standard().between(1, 4).firstNeedBytes(16 * MIB);
    try (RunningResources resources = Resources.every(Duration.ofSeconds(1)).start();
        MachineAdmission admission = limits.open(resources)) {
      for (int i = 0; i < 3; i++) {
        children.add(startWhenAdmitted(admission, job));
      }
      // end
      System.out.println(admission.running() + " run");
    } finally {
      children.forEach(Child::close);
    }
  }

  // snippet: ask
  private static Child startWhenAdmitted(Admission admission, Command job)
      throws InterruptedException {
    for (int question = 0; question < MOST_QUESTIONS; question++) {
      switch (admission.mayStart("nap")) {
        case Admission.Admitted(Ticket ticket) -> {
          return start(job, ticket);
        }
        case Admission.Refused(List<Refusal> reasons, Duration askAgainAfter) -> {
          System.out.println("not yet: " + reasons.getFirst().text());
          Thread.sleep(askAgainAfter);
        }
      }
    }
    throw new IllegalStateException("this machine bears no more");
  }

  private static Child start(Command job, Ticket ticket) {
    Child child = null;
    try {
      child = job.spawn();
      ticket.started(child); // its end gives the place back
      return child;
    } catch (RuntimeException e) {
      ticket.close();
      if (child != null) {
        child.close(); // not measured, so not to run
      }
      throw e;
    }
  }
  // end
}
