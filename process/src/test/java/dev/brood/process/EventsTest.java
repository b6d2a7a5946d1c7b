package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.brood.testkit.HelperPrograms;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the engine tells: events of Flight Recorder, records of System.Logger, nothing else. */
class EventsTest {
  private static final String SPAWN = "dev.brood.process.Spawn";
  private static final String EXIT = "dev.brood.process.Exit";
  private static final String STOP = "dev.brood.process.Stop";

  private interface Work {
    void run() throws Exception;
  }

  @TempDir private Path directory;

  @Test
  void spawnAndExit_child_areRecorded() throws Exception {
    Result[] result = new Result[1];

    List<RecordedEvent> events =
        recorded(() ->
            result[0] = Command.of("sh", "-c", "exit 3").secret("hush-hush").unchecked().capture());

    RecordedEvent spawn = only(events, SPAWN);
    assertThat(spawn.getLong("pid")).isEqualTo(result[0].pid());
    assertThat(spawn.getString("commandLine")).contains("exit 3").doesNotContain("hush-hush");
    assertThat(spawn.getDuration("spawnTime")).isPositive();
    assertThat(spawn.getString("failure")).isEmpty();
    RecordedEvent exit = only(events, EXIT);
    assertThat(exit.getLong("pid")).isEqualTo(result[0].pid());
    assertThat(exit.getString("commandLine")).doesNotContain("hush-hush");
    assertThat(exit.getString("exit")).contains("3");
    assertThat(exit.getString("cause")).isEqualTo("SELF");
    assertThat(exit.getDuration("lifetime")).isPositive();
    assertThat(exit.getDuration("cpuTime")).isEqualTo(result[0].usage().cpu());
    assertThat(of(events, STOP)).isEmpty();
  }

  @Test
  void stop_child_isRecorded() throws Exception {
    long[] pid = new long[1];

    List<RecordedEvent> events =
        recorded(() -> {
          try (Child child = Command.of(HelperPrograms.ignoreTerm()).spawn()) {
            assertThat(child.stdout().readLine()).isEqualTo("ready");
            pid[0] = child.pid();
            child.stop(Duration.ofMillis(50));
          }
        });

    RecordedEvent stop = only(events, STOP);
    assertThat(stop.getLong("pid")).isEqualTo(pid[0]);
    assertThat(stop.getString("signals")).contains("SIGTERM").contains("SIGKILL");
    assertThat(stop.getInt("processes")).isEqualTo(1);
    assertThat(stop.getInt("survivors")).isZero();
    assertThat(stop.getDuration("stopTime")).isGreaterThanOrEqualTo(Duration.ofMillis(50));
    RecordedEvent exit = only(events, EXIT);
    assertThat(exit.getString("cause")).isEqualTo("STOPPED");
    assertThat(exit.getString("exit")).contains("SIGKILL");
  }

  @Test
  void spawn_failure_isRecorded() throws Exception {
    List<RecordedEvent> events =
        recorded(() ->
            assertThat(
                    catchThrowableOfType(
                        SpawnException.class, Command.of("no-such-program-of-brood")::capture))
                .isNotNull());

    RecordedEvent spawn = only(events, SPAWN);
    assertThat(spawn.getString("failure")).contains("ENOENT");
    assertThat(spawn.getString("commandLine")).contains("no-such-program-of-brood");
    assertThat(of(events, EXIT)).isEmpty();
  }

  @Test
  void engine_inUse_printsNothing() throws Exception {
    String mark = Look.newMark();
    try (Child jvm = Family.jvm(mark, "1").spawn()) {
      assertThat(jvm.stdout().readLine()).isEqualTo("ready");
      jvm.stdin().println("return");

      Result result = jvm.result();

      assertThat(jvm.stdout().readLine()).isNull();
      assertThat(result.stderr().text()).isEmpty();
      assertThat(result.exit()).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void onExit_slowCallbackOfUser_delaysNobody() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (Child child = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
      child
          .onExit()
          .thenRun(() -> {
            entered.countDown();
            awaitQuietly(release);
          });
      child.stdin().close();
      assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();

      assertThat(Command.of("echo", "hi").deadline(Duration.ofSeconds(20)).text()).isEqualTo("hi");

      release.countDown();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<RecordedEvent> recorded(Work work) throws Exception {
    Path file = directory.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      for (String name : List.of(SPAWN, EXIT, STOP)) {
        recording.enable(name).withoutThreshold();
      }
      recording.setToDisk(true);
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    return read(file);
  }

  private static List<RecordedEvent> read(Path file) throws IOException {
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().startsWith("dev.brood."))
        .toList();
  }

  private static List<RecordedEvent> of(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
  }

  private static RecordedEvent only(List<RecordedEvent> events, String name) {
    assertThat(of(events, name)).as("all that was recorded: %s", events).hasSize(1);
    return of(events, name).getFirst();
  }
}
