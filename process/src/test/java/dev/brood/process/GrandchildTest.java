package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.HelperPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A grandchild that outlives the child and holds its streams: nobody waits for a stranger. */
class GrandchildTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration BRIEFLY = Duration.ofMillis(50);

  /** Far shorter than strangers live, and long enough on a busy machine. */
  private static final Duration BOUND = Duration.ofSeconds(20);

  @Test
  void capture_outputHeldOpen_returnsWithinTheDrainGrace() throws Exception {
    long begin = System.nanoTime();
    Result result =
        Command.of(HelperPrograms.grandchildHoldsOutput(HelperPrograms.LIFETIME)).capture();
    Duration took = Duration.ofNanos(System.nanoTime() - begin);

    List<String> lines = result.stdout().lines();
    long grandchild = Long.parseLong(lines.get(1));
    try {
      assertThat(lines.getFirst()).isEqualTo("hi");
      assertThat(took).isLessThan(BOUND);
      assertThat(result.duration()).as("the child's own, without the grace").isLessThan(took);
      assertThat(result.exit()).isEqualTo(new Exit.Exited(0));
      assertThat(result.stdout().heldOpen()).isTrue();
      assertThat(result.stderr().heldOpen()).isTrue();
      assertThat(result.stdout().truncated()).isFalse();
      assertThat(Look.lives(grandchild)).isTrue();
    } finally {
      end(grandchild);
    }
  }

  @Test
  void result_askedWhenTheChildHasEnded_returnsWithinTheDrainGrace() throws Exception {
    try (Child child =
        Command.of(HelperPrograms.grandchildHoldsOutput(HelperPrograms.LIFETIME)).spawn()) {
      child.await();
      long begin = System.nanoTime();

      Result result = child.result();

      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BOUND);
      assertThat(result.stdout().lines().getFirst()).isEqualTo("hi");
      assertThat(result.stdout().heldOpen()).isTrue();
      end(Long.parseLong(result.stdout().lines().get(1)));
    }
  }

  @Test
  void capture_nobodyHoldsOutput_isNotFlagged() throws Exception {
    Result result = Command.of("sh", "-c", "echo hi; echo there >&2").capture();

    assertThat(result.stdout().heldOpen()).isFalse();
    assertThat(result.stderr().heldOpen()).isFalse();
  }

  @Test
  void capture_outputHeldOpen_grandchildStillWritesWithoutSigpipe(@TempDir Path directory)
      throws Exception {
    Path wanted = directory.resolve("go");
    Path done = directory.resolve("done");
    // 200 kB are more than any pipe holds, so somebody must go on reading them.
    String script =
        """
        (until [ -e "$1" ]; do sleep 0.01; done
         head -c 200000 /dev/zero && echo late >&2 && echo $? > "$2.new" && mv "$2.new" "$2") &
        echo hi
        """;

    Result result =
        Command.of("sh", "-c", script, "sh", wanted.toString(), done.toString())
            .drainGrace(BRIEFLY)
            .capture();
    Files.createFile(wanted);

    assertThat(result.stdout().text()).isEqualTo("hi\n");
    assertThat(result.stdout().heldOpen()).isTrue();
    assertThat(Look.until(SOON, () -> Files.exists(done))).as("it could write").isTrue();
    assertThat(Files.readString(done)).isEqualTo("0\n");
  }

  @Test
  void spawn_closedWithDetachedGrandchild_grandchildStillWrites(@TempDir Path directory)
      throws Exception {
    Path wanted = directory.resolve("go");
    Path done = directory.resolve("done");
    // It leaves the group, and its parent is gone before the stop: no longer part of the tree.
    String script =
        """
        (setsid sh -c 'echo hi; until [ -e "$1" ]; do sleep 0.01; done
          head -c 200000 /dev/zero && echo $? > "$2.new" && mv "$2.new" "$2"' sh "$1" "$2" &)
        """;
    try (Child child =
        Command.of("sh", "-c", script, "sh", wanted.toString(), done.toString()).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("hi");
      child.await();
    }

    Files.createFile(wanted);

    assertThat(Look.until(SOON, () -> Files.exists(done))).as("it could write").isTrue();
  }

  @Test
  void drainGrace_longer_readsWhatComesLate() throws Exception {
    Result result =
        Command.of(HelperPrograms.grandchildWritesLate(Duration.ofMillis(300)))
            .drainGrace(SOON)
            .capture();

    assertThat(result.stdout().lines()).hasSize(3).startsWith("hi").endsWith("late");
    assertThat(result.stdout().heldOpen()).isFalse();
    assertThat(result.duration()).isLessThan(Duration.ofMillis(300).plus(BOUND));
  }

  @Test
  void drainGrace_zero_keepsWhatTheChildItselfWrote() throws Exception {
    for (int i = 0; i < 20; i++) {
      Result result =
          Command.of("sh", "-c", "sleep 60 & echo $!; seq 1 5000")
              .drainGrace(Duration.ZERO)
              .capture();
      List<String> lines = result.stdout().lines();
      end(Long.parseLong(lines.getFirst()));
      assertThat(lines).hasSize(5001).endsWith("5000");
    }
  }

  @Test
  void readLine_outputHeldOpen_endsAfterTheDrainGrace() throws Exception {
    try (Child child =
        Command.of(HelperPrograms.grandchildHoldsOutput(HelperPrograms.LIFETIME))
            .stderr(Stdio.none())
            .drainGrace(BRIEFLY)
            .spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("hi");
      long grandchild = Long.parseLong(child.stdout().readLine());

      long begin = System.nanoTime();
      assertThat(child.stdout().readLine()).isNull();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BOUND);
      assertThat(Look.lives(grandchild)).isTrue();
      child.onOutputDone().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void exitedAndOutputDone_outputHeldOpen_areTwoEvents() throws Exception {
    String mark = Look.newMark();
    try (Child child =
        Command.of(HelperPrograms.grandchildHoldsOutput(Duration.ofMinutes(1)))
            .env(Look.MARK, mark)
            .stdout(Stdio.capture())
            .stderr(Stdio.capture())
            .drainGrace(Duration.ofMinutes(1))
            .spawn()) {
      CompletableFuture<Void> outputDone = child.onOutputDone();
      assertThat(child.onExit().get(20, TimeUnit.SECONDS)).isEqualTo(new Exit.Exited(0));
      assertThat(Look.areMarked(mark, 1, SOON)).isTrue();
      assertThat(outputDone.isDone()).as("output still held open").isFalse();

      end(Look.marked(mark).getFirst());

      outputDone.get(20, TimeUnit.SECONDS);
      assertThat(child.result().stdout().heldOpen()).isFalse();
    }
  }

  @Test
  void exitedAndOutputDone_childClosesOutputFirst_areTwoEvents() throws Exception {
    String script = "exec >&- 2>&-; read -r line";
    try (Child child =
        Command.of("sh", "-c", script)
            .stdin(Stdio.pipe())
            .stdout(Stdio.capture())
            .stderr(Stdio.capture())
            .spawn()) {
      child.onOutputDone().get(20, TimeUnit.SECONDS);
      assertThat(child.isAlive()).as("end of output is not the end").isTrue();

      child.stdin().close();

      child.onExit().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void kill_grandchildHoldsOutput_doesNotHang() throws Exception {
    String script = "setsid sleep 60 & echo $!; exec sleep 60";
    try (Child child = Command.of("sh", "-c", script).stdin(Stdio.pipe()).spawn()) {
      long grandchild = Long.parseLong(child.stdout().readLine());

      StopReport report = child.kill();

      assertThat(report.duration()).isLessThan(BOUND);
      assertThat(Look.lives(grandchild)).isFalse();
      assertThat(child.stdout().readLine()).isNull();
    }
  }

  @Test
  void capture_inputHeldOpen_returns() throws Exception {
    byte[] input = new byte[1 << 20];
    // The grandchild keeps the reading end of standard input and reads nothing.
    long begin = System.nanoTime();

    Result result =
        Command.of("sh", "-c", "sleep 60 >/dev/null 2>&1 <&0 & echo $!; head -c 10 >/dev/null")
            .stdin(Stdio.bytes(input))
            .drainGrace(SOON) // until the grandchild has let go of the output
            .capture();

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BOUND);
    assertThat(result.exit().success()).isTrue();
    assertThat(result.stdout().heldOpen()).isFalse();
    end(Long.parseLong(result.stdout().trimmed()));
  }

  @Test
  void capture_grandchildFloods_returns() throws Exception {
    String script = "yes & echo $! >&2";
    long begin = System.nanoTime();

    Result result =
        Command.of("sh", "-c", script).drainGrace(BRIEFLY).outputLimit(1 << 30).capture();

    long grandchild = Long.parseLong(result.stderr().trimmed());
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BOUND);
    assertThat(result.stdout().heldOpen()).isTrue();
    assertThat(Look.lives(grandchild)).as("lives on, and is read").isTrue();
    end(grandchild);
  }

  /** A test's own leftovers; the census then checks that their pipe is let go. */
  private static void end(long pid) {
    Look.killAll(List.of(pid));
    if (!Look.until(SOON, () -> !Look.lives(pid))) {
      throw new UncheckedIOException(new IOException("still alive: " + pid));
    }
  }
}
