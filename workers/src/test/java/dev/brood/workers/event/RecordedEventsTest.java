package dev.brood.workers.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.pool.WorkerDiedException;
import dev.brood.workers.pool.WorkerPool;
import dev.brood.workers.supervise.BreakerOptions;
import dev.brood.workers.supervise.CircuitBreaker;
import dev.brood.workers.supervise.RunningSupervisor;
import dev.brood.workers.supervise.Strategy;
import dev.brood.workers.supervise.Supervisor;
import dev.brood.workers.watch.AdmissionLimits;
import dev.brood.workers.watch.Checkpoints;
import dev.brood.workers.watch.Figure;
import dev.brood.workers.watch.Heartbeats;
import dev.brood.workers.watch.MachineAdmission;
import dev.brood.workers.watch.ProgressReport;
import dev.brood.workers.watch.Pulse;
import dev.brood.workers.watch.ResourceEvent;
import dev.brood.workers.watch.Resources;
import dev.brood.workers.watch.RunningCheckpoints;
import dev.brood.workers.watch.RunningHeartbeats;
import dev.brood.workers.watch.RunningResources;
import dev.brood.workers.watch.Suspension;
import dev.brood.workers.watch.Threshold;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Flight Recorder is told by the packages of this module. */
@Timeout(120)
class RecordedEventsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Command SLEEP = Command.of("sleep", "1000");
  private static final String WORKER =
      """
      while read -r line <&3; do
        id=${line#*'"id":'}
        case $line in *crash*) exit 3 ;; esac
        echo '{"brood":"reply","id":'${id%%[!0-9]*}',"body":1}' >&3
      done
      """;

  private static final Set<String> COMMON_FIELDS =
      Set.of("startTime", "duration", "eventThread", "stackTrace");

  private interface Work {
    void run() throws Exception;
  }

  @TempDir private Path directory;

  @Test
  void supervisorAndBreaker_whatHappens_isRecorded() throws Exception {
    CircuitBreaker breaker =
        CircuitBreaker.of("score", BreakerOptions.DEFAULT.window(1, 1).failurePercent(1));

    List<RecordedEvent> events =
        recorded(() -> {
          Supervisor plan = Supervisor.of(Strategy.ONE_FOR_ONE).name("main").child("web", SLEEP);
          try (RunningSupervisor supervisor = plan.start()) {
            assertThat(supervisor.awaitReady(LIMIT)).isTrue();
          }
          assertThatThrownBy(() -> breaker.call(RecordedEventsTest::fail)).hasMessage("down");
        });

    List<RecordedEvent> supervision = of(events, "Supervision");
    assertThat(supervision)
        .extracting(event -> event.getString("kind"))
        .containsExactly("Started", "Ready", "ShuttingDown", "Stopping", "Ended", "Finished");
    assertThat(supervision)
        .allMatch(event -> event.getString("supervisor").equals("main"))
        .extracting(event -> event.getString("child"))
        .containsExactly("web", "web", "", "web", "web", "");
    assertThat(of(events, "CircuitBreaker"))
        .allMatch(event -> event.getString("breaker").equals("score"))
        .extracting(event -> event.getString("kind"))
        .containsExactly("CallFailed", "StateChanged");
  }

  @Test
  void pool_callsAndWorkers_areRecorded() throws Exception {
    Fork worker = Fork.of(Command.of("sh", "-c", WORKER));

    List<RecordedEvent> events =
        recorded(() -> {
          try (WorkerPool<String, Integer> pool =
              WorkerPool.<String, Integer>of(worker, Integer.class).size(1).open()) {
            assertThat(pool.call("fine")).isEqualTo(1);
            assertThatThrownBy(() -> pool.call("crash")).isInstanceOf(WorkerDiedException.class);
          }
        });

    assertThat(of(events, "Pool"))
        .allMatch(event -> event.getString("work").equals("worker"))
        .extracting(event -> event.getString("kind"))
        .startsWith("WorkerStarting", "WorkerReady", "WorkerDied");
    List<RecordedEvent> calls = of(events, "PoolCall");
    assertThat(calls).hasSize(2);
    assertThat(calls)
        .allSatisfy(call -> {
          assertThat(call.getDuration("took")).isPositive();
          assertThat(call.getDuration("waited")).isLessThanOrEqualTo(call.getDuration("took"));
        });
    assertThat(calls.getFirst().getString("failure")).isEmpty();
    assertThat(calls.getFirst().getInt("worker")).isEqualTo(1);
    assertThat(calls.getLast().getString("failure")).contains("WorkerDiedException");
    assertThat(calls.getLast().getInt("deaths")).isEqualTo(1);
  }

  @Test
  void watchers_whatTheySee_isRecorded() throws Exception {
    Checkpoints checkpoints = Checkpoints.in(directory.resolve("kept"));
    checkpoints.prepare();
    CountDownLatch acted = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(2);
    Resources resources =
        Resources.every(Duration.ofMillis(50))
            .onEvent(event -> {
              if (event instanceof ResourceEvent.Acted) {
                acted.countDown();
              }
            });
    Heartbeats heartbeats = Heartbeats.after(Duration.ofMillis(100));
    long[] pid = new long[1];

    List<RecordedEvent> events =
        recorded(() -> {
          try (RunningHeartbeats beats = heartbeats.start(event -> told.countDown());
              RunningResources running = resources.start();
              MachineAdmission admission = AdmissionLimits.standard().between(1, 1).open(running);
              Child child = Command.of("cat").stdin(Stdio.pipe()).spawn();
              RunningCheckpoints kept = checkpoints.watch("job", child, event -> {})) {
            pid[0] = child.pid();
            child.stdin().println("up");
            assertThat(child.stdout().readLine()).isEqualTo("up"); // and now it does nothing
            Pulse pulse = beats.pulse("job");
            pulse.progress(ProgressReport.of(40).phase("load")); // its last sign, in any case
            assertThat(pulse.watch(child)).isSameAs(pulse);
            Files.writeString(checkpoints.path(), "saved");
            running.watch("job", child, Threshold.of(Figure.RESIDENT_BYTES, 1).signal(Signal.CONT));
            assertThat(admission.mayStart("nap")).isNotEqualTo(admission.mayStart("nap"));
            assertThat(acted.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(kept.finish()).isEqualTo(1);
            Suspension.of(child, LIMIT).close();
          }
        });

    RecordedEvent stalled = of(events, "Heartbeat").getFirst();
    assertThat(stalled.getString("kind")).isEqualTo("Stalled");
    assertThat(stalled.getString("name")).isEqualTo("job");
    assertThat(stalled.getLong("pid")).isEqualTo(pid[0]);
    assertThat(stalled.getDuration("silence")).isGreaterThanOrEqualTo(Duration.ofMillis(100));
    assertThat(stalled.getString("movedLast")).isEqualTo("progress");
    RecordedEvent progress = of(events, "Progress").getFirst();
    assertThat(progress.getDouble("percent")).isEqualTo(40);
    assertThat(progress.getString("phase")).isEqualTo("load");
    RecordedEvent checkpoint = of(events, "Checkpoint").getFirst();
    assertThat(checkpoint.getString("kind")).isEqualTo("Taken");
    assertThat(checkpoint.getLong("bytes")).isEqualTo(5);
    RecordedEvent level = of(events, "ResourceLevel").getFirst();
    assertThat(level.getString("figure")).isEqualTo("resident_bytes");
    assertThat(level.getString("before")).isEqualTo("normal");
    assertThat(level.getString("now")).isEqualTo("critical");
    assertThat(level.getDouble("value")).isPositive();
    RecordedEvent action = of(events, "ResourceAction").getFirst();
    assertThat(action.getString("action")).contains("SIGCONT");
    assertThat(action.getString("failure")).isEmpty();
    assertThat(of(events, "Admission"))
        .extracting(event -> event.getBoolean("admitted"))
        .containsExactly(true, false);
    assertThat(of(events, "Admission").getLast().getString("reasons")).contains("LIMIT");
    assertThat(of(events, "Suspension"))
        .allMatch(event -> event.getBoolean("complete"))
        .extracting(event -> event.getString("kind"))
        .containsExactly("Suspended", "Resumed");
  }

  @Test
  void guide_always_hasARowForEachEventWithItsFields() throws Exception {
    for (String type : List.of("watch.JfrEvents", "supervise.JfrEvents", "pool.JfrEvents")) {
      Class<?> unused = Class.forName("dev.brood.workers." + type); // registers them
    }
    List<String> rows =
        Files.readAllLines(Path.of("../docs/guide/events-and-meters.md")).stream()
            .filter(line -> line.startsWith("| `dev.brood."))
            .toList();

    List<EventType> types =
        FlightRecorder.getFlightRecorder().getEventTypes().stream()
            .filter(type -> type.getName().startsWith("dev.brood.workers."))
            .toList();

    assertThat(types).hasSize(12);
    for (EventType type : types) {
      String row =
          rows.stream()
              .filter(line -> line.startsWith("| `" + type.getName() + "` |"))
              .findFirst()
              .orElse("");
      assertThat(type.getFields())
          .extracting(ValueDescriptor::getName)
          .filteredOn(name -> !COMMON_FIELDS.contains(name))
          .as(type.getName())
          .allMatch(name -> row.contains("`" + name + "`"));
    }
  }

  private static String fail() {
    throw new IllegalStateException("down");
  }

  private List<RecordedEvent> recorded(Work work) throws Exception {
    Path file = directory.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("dev.brood.workers.PoolCall");
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    // They come thread by thread.
    return RecordingFile.readAllEvents(file).stream()
        .sorted(Comparator.comparing(RecordedEvent::getStartTime))
        .toList();
  }

  private static List<RecordedEvent> of(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals("dev.brood.workers." + name))
        .toList();
  }
}
