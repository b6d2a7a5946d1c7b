package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.testkit.HelperPrograms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages of a pipeline that run in this JVM. */
class TransformStageTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final String mark = Look.newMark();

  @Test
  void map_betweenCommands_changesEachLine() throws Exception {
    List<String> lines =
        Command.of(HelperPrograms.numbers(5000))
            .pipe(Transform.map(line -> line + "x"))
            .pipe(Command.of("tail", "-n", "2"))
            .textLines();

    assertThat(lines).containsExactly("4999x", "5000x");
  }

  @Test
  void filter_betweenCommands_dropsLines() throws Exception {
    String text =
        Command.of(HelperPrograms.numbers(100))
            .pipe(Transform.filter(line -> line.endsWith("7")))
            .pipe(Command.of("wc", "-l"))
            .text();

    assertThat(text.strip()).isEqualTo("10");
  }

  @Test
  void transforms_inARowAndAtTheEnd_work() throws Exception {
    PipelineResult result =
        Command.of("printf", "%s\\n", "ä", "b", "last")
            .pipe(Transform.prefix("> "))
            .pipe(Transform.map(line -> line.toUpperCase(Locale.ROOT)))
            .capture();

    assertThat(result.stdout().text()).isEqualTo("> Ä\n> B\n> LAST\n");
    assertThat(result.stages()).hasSize(1);
  }

  @Test
  void transform_ofBytes_seesAllOfThem() throws Exception {
    AtomicLong seen = new AtomicLong();
    Transform count =
        (in, out) -> {
          byte[] buffer = new byte[8192];
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            seen.addAndGet(n);
            out.write(buffer, 0, n);
          }
        };

    String counted =
        Command.of(HelperPrograms.flood(3_000_000)).pipe(count).pipe(Command.of("wc", "-c")).text();

    assertThat(counted).isEqualTo("3000000");
    assertThat(seen).hasValue(3_000_000);
  }

  @Test
  void transform_readsOnlySome_endsTheProducerAndSucceeds() throws Exception {
    Transform first =
        (in, out) -> {
          byte[] two = in.readNBytes(2);
          out.write(two);
        };

    PipelineResult result = Command.of("yes").pipe(first).pipe(Command.of("cat")).capture();

    assertThat(result.stdout().text()).isEqualTo("y\n");
    assertThat(result.exits().getFirst()).isEqualTo(new Exit.Signaled(Signal.PIPE, false));
  }

  @Test
  void transform_consumerHasEnough_isASuccess() throws Exception {
    PipelineResult result =
        Command.of("yes")
            .pipe(Transform.map(line -> "n"))
            .pipe(Command.of("head", "-n", "1"))
            .capture();

    assertThat(result.stdout().text()).isEqualTo("n\n");
  }

  @Test
  void transform_throws_failsThePipelineAndLeavesNothing() {
    Pipeline pipeline =
        marked("yes")
            .pipe((in, out) -> {
              in.readNBytes(100);
              throw new IOException("on purpose");
            })
            .pipe(marked("cat"));

    assertThatThrownBy(pipeline::capture)
        .isInstanceOf(StdioException.class)
        .hasRootCauseMessage("on purpose");
    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void transform_throwsUnchecked_failsThePipeline() {
    Pipeline pipeline =
        marked("yes")
            .pipe(
                Transform.map(line -> {
                  throw new IllegalStateException("on purpose");
                }))
            .pipe(marked("cat"));

    assertThatThrownBy(pipeline::capture)
        .isInstanceOf(StdioException.class)
        .hasRootCauseMessage("on purpose");
    assertThat(Look.marked(mark)).isEmpty();
  }

  /** The producer notes how far it came; the consumer does not read until told. */
  @Test
  void backpressure_consumerWaits_producerIsBounded(@TempDir Path directory) throws Exception {
    Path progress = directory.resolve("progress");
    Files.createFile(progress);
    // One byte of progress for each block of 64 KiB that could be written.
    String producer =
        "n=0; while [ $n -lt 400 ]; do n=$((n+1)); head -c 65536 /dev/zero || exit 1; "
            + "printf . >> \"$1\"; done";
    AtomicLong passed = new AtomicLong();
    Transform counting =
        (in, out) -> {
          byte[] buffer = new byte[16_384];
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            out.write(buffer, 0, n);
            passed.addAndGet(n);
          }
        };
    try (RunningPipeline running =
        Command.of("sh", "-c", producer, "sh", progress.toString())
            .pipe(counting)
            .pipe(Command.of("sh", "-c", "read -r go <&3; wc -c").descriptor(3, Stdio.toChild()))
            .spawn()) {
      assertThat(Look.until(SOON, () -> stalls(progress))).as("the producer waits").isTrue();
      // Two pipes of 1 MiB at most and one block in each hand, out of 25 MiB.
      assertThat(Files.size(progress) * 65_536).isLessThan(4L << 20);
      assertThat(passed.get()).isLessThan(2L << 20);

      running.children().getLast().input(3).println("go");

      assertThat(running.stdout().readLine()).isEqualTo(Long.toString(400L * 65_536));
      assertThat(running.result().exits()).containsOnly(new Exit.Exited(0));
    }
  }

  @Test
  void backpressure_transformWaits_producerIsBounded(@TempDir Path directory) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicLong read = new AtomicLong();
    Transform late =
        (in, out) -> {
          try {
            go.await(60, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          read.set(in.transferTo(out));
        };
    Path progress = directory.resolve("progress");
    Files.createFile(progress);
    String producer =
        "n=0; while [ $n -lt 100 ]; do n=$((n+1)); head -c 65536 /dev/zero; printf . >> \"$1\"; "
            + "done";
    try (RunningPipeline running =
        Command.of("sh", "-c", producer, "sh", progress.toString())
            .pipe(late)
            .pipe(Command.of("wc", "-c"))
            .spawn()) {
      assertThat(Look.until(SOON, () -> stalls(progress))).isTrue();
      assertThat(Files.readString(progress, StandardCharsets.US_ASCII).length() * 65_536L)
          .isLessThan(2L << 20);

      go.countDown();

      assertThat(running.stdout().readLine()).isEqualTo(Long.toString(100L * 65_536));
      running.await();
      assertThat(read).hasValue(100L * 65_536);
    }
  }

  @Test
  void capture_strangerHoldsThePipeBeforeATransform_returnsWithinTheDrainGrace() throws Exception {
    long begin = System.nanoTime();
    PipelineResult result =
        Command.of(HelperPrograms.grandchildHoldsOutput(HelperPrograms.LIFETIME))
            .pipe(Transform.prefix("> "))
            .capture();
    Duration took = Duration.ofNanos(System.nanoTime() - begin);

    List<String> lines = result.stdout().lines();
    long grandchild = Long.parseLong(lines.get(1).substring(2));
    boolean lives = Look.lives(grandchild);
    Look.killAll(List.of(grandchild));
    assertThat(took).isLessThan(SOON);
    assertThat(lines.getFirst()).isEqualTo("> hi");
    assertThat(lives).as("the stranger, whose pipe is read on").isTrue();
    assertThat(Look.until(SOON, () -> !Look.lives(grandchild))).isTrue();
  }

  /** Whether nothing more came for a while after something has. */
  private static boolean stalls(Path progress) {
    try {
      long before = Files.size(progress);
      return before > 0 && !Look.until(Duration.ofMillis(500), () -> grown(progress, before));
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean grown(Path progress, long before) {
    try {
      return Files.size(progress) > before;
    } catch (IOException e) {
      return true;
    }
  }

  private Command marked(String... argv) {
    return Command.of(List.of(argv)).env(Look.MARK, mark);
  }
}
