package dev.brood.workers.meters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Stdio;
import dev.brood.testkit.Census;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.pool.WorkerDiedException;
import dev.brood.workers.pool.WorkerPool;
import dev.brood.workers.supervise.BreakerOptions;
import dev.brood.workers.supervise.CircuitBreaker;
import dev.brood.workers.supervise.CircuitOpenException;
import dev.brood.workers.supervise.RunningSupervisor;
import dev.brood.workers.supervise.Strategy;
import dev.brood.workers.supervise.Supervisor;
import dev.brood.workers.watch.Admission.Admitted;
import dev.brood.workers.watch.Admission.Refused;
import dev.brood.workers.watch.AdmissionLimits;
import dev.brood.workers.watch.Checkpoints;
import dev.brood.workers.watch.Figure;
import dev.brood.workers.watch.Heartbeats;
import dev.brood.workers.watch.MachineAdmission;
import dev.brood.workers.watch.ProgressReport;
import dev.brood.workers.watch.ProgressTracker;
import dev.brood.workers.watch.Refusal.Reason;
import dev.brood.workers.watch.Resources;
import dev.brood.workers.watch.RunningCheckpoints;
import dev.brood.workers.watch.RunningHeartbeats;
import dev.brood.workers.watch.RunningResources;
import dev.brood.workers.watch.Threshold;
import dev.brood.workers.watch.WatchedChild;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.module.ModuleDescriptor.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the meters of a registry show of real supervisors, pools and watchers. */
@Timeout(120)
@ExtendWith(Census.Extension.class)
class MetersTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Command SLEEP = Command.of("sleep", "1000");

  /** Answers with its process id, or ends with code 3. */
  private static final String WORKER =
      """
      while read -r line <&3; do
        id=${line#*'"id":'}
        id=${id%%[!0-9]*}
        case $line in *crash*) exit 3 ;; esac
        echo '{"brood":"reply","id":'$id',"body":'$$'}' >&3
      done
      """;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void supervisor_childKilled_isSeenAsARestart() throws Exception {
    Supervisor plan = Supervisor.of(Strategy.ONE_FOR_ONE).name("main").child("web", SLEEP);
    try (RunningSupervisor supervisor = plan.start();
        Meters _ = Meters.in(registry).supervisor(supervisor)) {
      assertThat(supervisor.awaitReady(LIMIT)).isTrue();
      assertThat(value("brood.supervisor.children", "supervisor", "main", "state", "running"))
          .isEqualTo(1);
      assertThat(value("brood.supervisor.children", "supervisor", "main", "state", "waiting"))
          .isZero();

      supervisor.process("web").orElseThrow().kill();

      await(() -> value("brood.supervisor.restarts", "supervisor", "main") == 1);
      await(() -> value("brood.supervisor.ready", "supervisor", "main") == 2);
      assertThat(value("brood.supervisor.starts", "supervisor", "main")).isEqualTo(2);
      assertThat(value("brood.supervisor.ends", "supervisor", "main")).isEqualTo(1);
    }
  }

  @Test
  void pool_callsAnsweredAndFailed_areCountedWithTheirTime() throws Exception {
    Fork worker = Fork.of(Command.of("sh", "-c", WORKER));
    try (WorkerPool<String, Integer> pool =
            WorkerPool.<String, Integer>of(worker, Integer.class).size(1).open();
        Meters _ = Meters.in(registry).pool("scores", pool)) {
      assertThat(pool.call("pid")).isPositive();
      assertThat(pool.call("pid")).isPositive();
      assertThatThrownBy(() -> pool.call("crash")).isInstanceOf(WorkerDiedException.class);

      assertThat(value("brood.pool.calls", "pool", "scores", "result", "answered")).isEqualTo(2);
      assertThat(value("brood.pool.calls", "pool", "scores", "result", "failed")).isEqualTo(1);
      assertThat(
              registry
                  .get("brood.pool.calls")
                  .tag("result", "answered")
                  .functionTimer()
                  .totalTime(TimeUnit.NANOSECONDS))
          .isPositive();
      assertThat(value("brood.pool.workers.died", "pool", "scores")).isEqualTo(1);
      assertThat(value("brood.pool.calls.waiting", "pool", "scores")).isZero();
      await(() -> value("brood.pool.workers", "pool", "scores", "phase", "serving") == 1);
    }
  }

  @Test
  void breaker_opens_showsItsStateAndCalls() throws Exception {
    CircuitBreaker breaker =
        CircuitBreaker.of("score", BreakerOptions.DEFAULT.window(2, 2).failurePercent(50));
    try (Meters _ = Meters.in(registry).breaker(breaker)) {
      assertThat(breaker.call(() -> "fine")).isEqualTo("fine");
      assertThat(value("brood.breaker.state", "breaker", "score", "state", "closed")).isEqualTo(1);
      assertThatThrownBy(() -> breaker.call(MetersTest::fail)).hasMessage("down");
      assertThatThrownBy(() -> breaker.call(() -> "never"))
          .isInstanceOf(CircuitOpenException.class);

      assertThat(value("brood.breaker.state", "breaker", "score", "state", "open")).isEqualTo(1);
      assertThat(value("brood.breaker.state", "breaker", "score", "state", "closed")).isZero();
      for (String result : List.of("succeeded", "failed", "refused")) {
        assertThat(value("brood.breaker.calls", "breaker", "score", "result", result)).isEqualTo(1);
      }
    }
  }

  @Test
  void watchers_ofOneChild_showWhatTheyKnow(@TempDir Path folder) throws Exception {
    ProgressTracker tracker = new ProgressTracker();
    Checkpoints checkpoints = Checkpoints.in(folder);
    checkpoints.prepare();
    try (RunningHeartbeats beats = Heartbeats.after(Duration.ofMillis(100)).start(event -> {});
        RunningResources resources = Resources.every(Duration.ofMillis(50)).start();
        Child child = Command.of("cat").stdin(Stdio.pipe()).spawn();
        RunningCheckpoints kept = checkpoints.watch("job", child, event -> {});
        WatchedChild watched =
            resources.watch("job", child, Threshold.of(Figure.RESIDENT_BYTES, 1));
        Meters _ =
            Meters.in(registry)
                .heartbeats("jobs", beats)
                .resources("all", resources)
                .child(watched)
                .checkpoints("job", kept)
                .progress("job", tracker)) {
      child.stdin().println("up");
      assertThat(child.stdout().readLine()).isEqualTo("up"); // and from now on it does nothing
      assertThat(beats.pulse("job").watch(child).name()).isEqualTo("job");
      assertThat(value("brood.heartbeats.children", "heartbeats", "jobs")).isEqualTo(1);
      assertThat(value("brood.heartbeats.limit", "heartbeats", "jobs")).isEqualTo(0.1);
      await(() -> value("brood.heartbeats.stalled", "heartbeats", "jobs") == 1);

      await(() -> value("brood.resources.memory.resident", "resources", "all") > 0);
      assertThat(value("brood.resources.processes", "resources", "all")).isEqualTo(1);
      assertThat(value("brood.child.memory.resident", "child", "job")).isPositive();
      await(() -> value("brood.resources.pass", "resources", "all") > 0); // known after its figures
      await(() -> value("brood.resources.reached", "resources", "all", "level", "critical") == 1);
      assertThat(value("brood.resources.memory.proportional", "resources", "all")).isNaN();

      Files.writeString(checkpoints.path(), "saved");
      await(() -> value("brood.checkpoints.taken", "checkpoints", "job") == 1);
      assertThat(value("brood.progress.percent", "progress", "job")).isNaN();
      assertThat(tracker.report(ProgressReport.of(40))).isTrue();
      assertThat(value("brood.progress.percent", "progress", "job")).isEqualTo(40);
      child.stdin().close();
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void admission_refuses_countsEachReason() {
    AdmissionLimits limits =
        AdmissionLimits.standard().between(1, 1).reserve(0).firstNeedBytes(1 << 20);
    try (RunningResources resources = Resources.every(Duration.ofSeconds(1)).start();
        MachineAdmission admission = limits.open(resources);
        Meters _ = Meters.in(registry).admission("jobs", admission)) {
      assertThat(admission.mayStart("job")).isInstanceOf(Admitted.class);
      assertThat(admission.mayStart("job")).isInstanceOf(Refused.class);
      assertThat(admission.mayStart("job")).isInstanceOf(Refused.class);

      assertThat(value("brood.admission.running", "admission", "jobs")).isEqualTo(1);
      assertThat(value("brood.admission.granted", "admission", "jobs")).isEqualTo(1);
      assertThat(value("brood.admission.refusals", "admission", "jobs", "reason", "limit"))
          .isEqualTo(2);
      assertThat(admission.refusals(Reason.LIMIT)).isEqualTo(2);
    }
  }

  @Test
  @SuppressWarnings("try") // closing early is what is tested
  void meters_twoOfOneName_areRefusedAndFreeAfterTheEnd() {
    CircuitBreaker one = CircuitBreaker.of("same", BreakerOptions.DEFAULT);
    CircuitBreaker other = CircuitBreaker.of("same", BreakerOptions.DEFAULT);
    try (Meters first = Meters.in(registry).breaker(one);
        Meters second = Meters.in(registry)) {
      assertThatThrownBy(() -> second.breaker(other))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("brood.breaker.state");
      first.close();
      assertThat(registry.getMeters()).isEmpty();
      Meters unused = second.breaker(other);
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void module_requiresMicrometerForCompilationOnly() {
    assertThat(Meters.class.getModule().getDescriptor().requires())
        .filteredOn(required -> required.name().equals("micrometer.core"))
        .singleElement()
        .satisfies(
            required -> assertThat(required.modifiers()).containsExactly(Requires.Modifier.STATIC));
  }

  private static String fail() {
    throw new IllegalStateException("down");
  }

  /** The first figure of a meter: a count where there are several. */
  private double value(String name, String... tags) {
    Meter meter = registry.get(name).tags(tags).meter();
    return meter.measure().iterator().next().getValue();
  }

  private static void await(BooleanSupplier fact) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("in time").isNegative();
      LockSupport.parkNanos(5_000_000);
    }
  }
}
