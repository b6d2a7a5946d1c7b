package dev.brood.workers.meters;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.pool.WorkerPool;
import dev.brood.workers.supervise.BreakerOptions;
import dev.brood.workers.supervise.CircuitBreaker;
import dev.brood.workers.supervise.RunningSupervisor;
import dev.brood.workers.supervise.Strategy;
import dev.brood.workers.supervise.Supervisor;
import dev.brood.workers.watch.Admission;
import dev.brood.workers.watch.AdmissionLimits;
import dev.brood.workers.watch.MachineAdmission;
import dev.brood.workers.watch.Resources;
import dev.brood.workers.watch.RunningResources;
import dev.brood.workers.watch.WatchedChild;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Uses everything that can have meters, and says how far it came. */
final class MeterlessProgram {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Command SLEEP = Command.of("sleep", "1000");
  private static final String WORKER =
      """
      read -r line <&3
      id=${line#*'"id":'}
      echo '{"brood":"reply","id":'${id%%[!0-9]*}',"body":42}' >&3
      read -r line <&3
      """;

  private MeterlessProgram() {}

  public static void main(String[] args) throws Exception {
    try {
      System.out.println(Class.forName("io.micrometer.core.instrument.MeterRegistry"));
    } catch (ClassNotFoundException e) {
      System.out.println("no Micrometer");
    }
    Supervisor plan = Supervisor.of(Strategy.ONE_FOR_ONE).child("sleep", SLEEP);
    try (RunningSupervisor supervisor = plan.start()) {
      System.out.println("supervisor " + (supervisor.awaitReady(LIMIT) ? "ready" : "late"));
    }
    watch();
    CircuitBreaker breaker = CircuitBreaker.of("score", BreakerOptions.DEFAULT);
    System.out.println("breaker " + breaker.state());
    Fork worker = Fork.of(Command.of("sh", "-c", WORKER));
    try (WorkerPool<String, Integer> pool =
        WorkerPool.<String, Integer>of(worker, Integer.class).size(1).open()) {
      System.out.println(pool.call("what"));
    }
  }

  private static void watch() {
    try (RunningResources resources = Resources.every(Duration.ofMillis(50)).start();
        MachineAdmission admission = AdmissionLimits.standard().open(resources);
        Child child = SLEEP.spawn()) {
      System.out.println(
          switch (admission.mayStart("nap")) {
            case Admission.Admitted _ -> "admitted";
            case Admission.Refused refused -> refused.toString();
          });
      WatchedChild watched = resources.watch(child);
      long end = System.nanoTime() + LIMIT.toNanos();
      while (watched.latest().isEmpty() && System.nanoTime() - end < 0) {
        LockSupport.parkNanos(5_000_000);
      }
      System.out.println(watched.latest().isPresent() ? "sampled" : "not sampled");
    }
  }
}
