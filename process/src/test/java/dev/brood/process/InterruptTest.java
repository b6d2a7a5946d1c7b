package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.HelperPrograms;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Interrupting whoever waits for a child ends the child, and the interrupt is not swallowed. */
class InterruptTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final String mark = Look.newMark();

  private interface Waiting {
    void run() throws InterruptedException;
  }

  /** What a thread saw: its exception, and its flag when it was thrown. */
  private record Seen(Exception thrown, boolean flag) {}

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void capture_interrupted_stopsTheTreeAndThrows(boolean virtual) throws Exception {
    Command command = marked("sh", "-c", "sleep 60 & sleep 60");

    Seen seen = interrupted(virtual, command::capture, 3);

    assertThat(seen.thrown()).isInstanceOf(InterruptedException.class);
    assertThat(seen.flag()).as("thrown, so not set").isFalse();
    assertThat(Look.marked(mark)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void run_interrupted_stopsTheChild(boolean virtual) throws Exception {
    Command command = marked("sleep", "60").stdin(Stdio.none());

    Seen seen = interrupted(virtual, command::run, 1);

    assertThat(seen.thrown()).isInstanceOf(InterruptedException.class);
    assertThat(Look.marked(mark)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void await_interrupted_stopsTheChild(boolean virtual) throws Exception {
    try (Child child = marked("sleep", "60").spawn()) {
      Seen seen = interrupted(virtual, child::await, 1);

      assertThat(seen.thrown()).isInstanceOf(InterruptedException.class);
      assertThat(seen.flag()).isFalse();
      assertThat(child.isAlive()).isFalse();
      assertThat(child.result().cause()).isEqualTo(Cause.CANCELLED);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void awaitWithLimit_interrupted_stopsTheChild(boolean virtual) throws Exception {
    try (Child child = marked("sleep", "60").spawn()) {
      Seen seen = interrupted(virtual, () -> child.await(MINUTE), 1);

      assertThat(seen.thrown()).isInstanceOf(InterruptedException.class);
      assertThat(child.isAlive()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void pipeline_interrupted_stopsAllStages(boolean virtual) throws Exception {
    Pipeline pipeline = marked("sleep", "60").pipe(marked("cat")).pipe(Transform.map(line -> line));

    Seen seen = interrupted(virtual, pipeline::capture, 2);

    assertThat(seen.thrown()).isInstanceOf(InterruptedException.class);
    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void capture_interruptedWhileTheChildIsStubborn_isBoundedByTheGrace() throws Exception {
    Command command =
        Command.of(HelperPrograms.ignoreTerm()).env(Look.MARK, mark).grace(Duration.ofMillis(200));

    Seen seen = interrupted(true, command::capture, 1);

    assertThat(seen.thrown()).isInstanceOf(InterruptedException.class);
    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void capture_flagSetBefore_stopsTheChildAtOnce() throws Exception {
    Command command = marked("sleep", "60");
    CompletableFuture<Exception> thrown = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      Thread.currentThread().interrupt();
      thrown.complete(exceptionOf(command::capture));
    });

    assertThat(thrown.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void stop_interrupted_goesOnAndKeepsTheFlag() throws Exception {
    try (Child child = Command.of(HelperPrograms.ignoreTerm()).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");
      CompletableFuture<StopReport> report = new CompletableFuture<>();
      CompletableFuture<Boolean> flag = new CompletableFuture<>();
      Thread.startVirtualThread(() -> {
        Thread.currentThread().interrupt();
        report.complete(child.stop(Duration.ofMillis(200)));
        flag.complete(Thread.currentThread().isInterrupted());
      });

      assertThat(report.get(20, TimeUnit.SECONDS).duration())
          .as("the grace is not cut short")
          .isGreaterThanOrEqualTo(Duration.ofMillis(200));
      assertThat(flag.get(20, TimeUnit.SECONDS)).isTrue();
      assertThat(child.isAlive()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readLine_interrupted_wakesAndKeepsTheFlag(boolean virtual) throws Exception {
    try (Child child = marked("sleep", "60").spawn()) {
      Seen seen = interrupted(virtual, () -> child.stdout().readLine(), 1);

      assertThat(seen.thrown()).isInstanceOf(StdioException.class);
      assertThat(((StdioException) seen.thrown()).reason())
          .isEqualTo(StdioException.Reason.INTERRUPTED);
      assertThat(seen.flag()).as("an unchecked error keeps the flag").isTrue();
    }
    assertThat(Look.marked(mark)).isEmpty();
  }

  /** Interrupts a thread that waits, as soon as that many processes run. */
  private Seen interrupted(boolean virtual, Waiting waiting, int processes) throws Exception {
    CompletableFuture<Seen> seen = new CompletableFuture<>();
    Runnable body =
        () -> {
          Exception thrown = exceptionOf(waiting);
          seen.complete(new Seen(thrown, Thread.currentThread().isInterrupted()));
        };
    Thread thread =
        virtual ? Thread.ofVirtual().start(body) : Thread.ofPlatform().name("waits").start(body);
    assertThat(Look.until(SOON, () -> Look.marked(mark).size() >= processes)).isTrue();
    assertThat(Look.until(SOON, () -> parked(thread))).as("it waits").isTrue();
    thread.interrupt();
    Seen result = seen.get(20, TimeUnit.SECONDS);
    thread.join();
    return result;
  }

  private static boolean parked(Thread thread) {
    return thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TIMED_WAITING;
  }

  private static Exception exceptionOf(Waiting waiting) {
    try {
      waiting.run();
      return new IllegalStateException("ended by itself");
    } catch (InterruptedException | RuntimeException e) {
      return e;
    }
  }

  private Command marked(String... argv) {
    return Command.of(List.of(argv)).env(Look.MARK, mark);
  }
}
