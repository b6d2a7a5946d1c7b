package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.brood.testkit.HelperPrograms;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {
  @TempDir private Path directory;

  @Test
  void bytes_all256Values_arriveAsTheyAre() throws Exception {
    byte[] expected = new byte[256];
    for (int i = 0; i < 256; i++) {
      expected[i] = (byte) i;
    }

    assertThat(Command.of(HelperPrograms.allBytes()).bytes()).isEqualTo(expected);
  }

  @Test
  void text_lineEnds_areUntouchedButForTheLastOne() throws Exception {
    assertThat(Command.of("printf", "a\\r\\nb\\n\\n").capture().stdout().text())
        .isEqualTo("a\r\nb\n\n");
    assertThat(Command.of("printf", "a\\r\\nb\\n\\n").text()).isEqualTo("a\r\nb\n");
    assertThat(Command.of("printf", "a\\r\\n").text()).isEqualTo("a");
    assertThat(Command.of("printf", "a\\r\\n\\nb").textLines()).containsExactly("a", "", "b");
    assertThat(Command.of("true").textLines()).isEmpty();
  }

  @Test
  void text_charset_isTheCommands() throws Exception {
    assertThat(Command.of("printf", "\\344\\366").charset(StandardCharsets.ISO_8859_1).text())
        .isEqualTo("äö");
  }

  @Test
  void capture_bothStreams_areKeptApart() throws Exception {
    Result result = Command.of(HelperPrograms.fail("out", "err", 0)).capture();

    assertThat(result.stdout().text()).isEqualTo("out");
    assertThat(result.stderr().text()).isEqualTo("err");
  }

  @Tag("slow")
  @Test
  void capture_100MegabytesOnBothAtOnce_keepsAll() throws Exception {
    long bytes = 100L * 1024 * 1024;

    Result result = Command.of(HelperPrograms.floodBoth(bytes)).outputLimit(bytes).capture();

    assertThat(result.stdout().totalBytes()).isEqualTo(bytes);
    assertThat(result.stderr().totalBytes()).isEqualTo(bytes);
    assertThat(result.stdout().truncated()).isFalse();
    assertThat(result.stderr().truncated()).isFalse();
  }

  @Test
  void stderr_toStdout_keepsTheTrueOrder() throws Exception {
    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 10_000; i++) {
      expected.add("out " + i);
      expected.add("err " + i);
    }

    assertThat(Command.of(HelperPrograms.alternate(10_000)).stderr(Stdio.toStdout()).textLines())
        .isEqualTo(expected);
  }

  @Test
  void stderr_toStdout_isTheSameKernelPipe() throws Exception {
    List<String> links =
        Command.of("readlink", "/proc/self/fd/1", "/proc/self/fd/2")
            .stderr(Stdio.toStdout())
            .textLines();

    assertThat(links).hasSize(2);
    assertThat(links.getFirst()).startsWith("pipe:").isEqualTo(links.getLast());
  }

  @Test
  void stdoutAndStderr_swapped_areSwapped() throws Exception {
    Result result =
        Command.of(HelperPrograms.fail("out", "err", 0))
            .stdout(Stdio.toStderr())
            .stderr(Stdio.toStdout())
            .capture();

    assertThat(result.stdout().text()).isEqualTo("err");
    assertThat(result.stderr().text()).isEqualTo("out");
  }

  @Test
  void file_isEmptiedAndAppendIsNot() throws Exception {
    Path file = Files.writeString(directory.resolve("f"), "a long old content\n");

    Command.of("echo", "new").stdout(Stdio.file(file)).run();
    assertThat(Files.readString(file)).isEqualTo("new\n");
    Command.of("echo", "more").stdout(Stdio.append(file)).run();
    assertThat(Files.readString(file)).isEqualTo("new\nmore\n");
    Command.of("readlink", "/proc/self/fd/1").stdout(Stdio.file(file)).run();
    assertThat(file).hasContent(file.toRealPath().toString());
  }

  @Test
  void none_isDevNullAndNothingIsPumped() throws Exception {
    Result result =
        Command.of(
                "sh", "-c", "l=$(readlink /proc/$$/fd/1); echo $l >&2; head -c 1000000 /dev/zero")
            .stdout(Stdio.none())
            .capture();

    assertThat(result.stderr().text()).isEqualTo("/dev/null\n");
    assertThat(result.stdout().totalBytes()).isZero();
  }

  @Test
  void channel_isWrittenFromItsPosition() throws Exception {
    Path file = Files.writeString(directory.resolve("f"), "0123456789");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.position(4);
      Command.of("printf", "xyz").stdout(Stdio.channel(channel)).run();

      assertThat(channel.isOpen()).isTrue();
    }
    assertThat(Files.readString(file)).isEqualTo("0123xyz789");
  }

  @Test
  void stdout_severalSinks_allGetEverything() throws Exception {
    Path first = directory.resolve("first");
    Path second = Files.writeString(directory.resolve("second"), "before\n");
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    List<String> lines = Collections.synchronizedList(new ArrayList<>());

    Result result =
        Command.of(HelperPrograms.numbers(5_000))
            .stdout(
                Stdio.capture(),
                Stdio.file(first),
                Stdio.append(second),
                Stdio.stream(stream),
                Stdio.lines(line -> lines.add(line.text())),
                Stdio.none())
            .run();

    String all = result.stdout().text();
    assertThat(all.lines()).hasSize(5_000);
    assertThat(Files.readString(first)).isEqualTo(all);
    assertThat(Files.readString(second)).isEqualTo("before\n" + all);
    assertThat(stream.toString(StandardCharsets.UTF_8)).isEqualTo(all);
    assertThat(lines).isEqualTo(all.lines().toList());
  }

  @Test
  void stdout_pipeAndFile_isATee() throws Exception {
    Path file = directory.resolve("f");
    try (Child child =
        Command.of("printf", "a\\nb\\nc").stdout(Stdio.pipe(), Stdio.file(file)).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("a");
      assertThat(new String(child.stdout().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("b\nc");
    }
    assertThat(Files.readString(file)).isEqualTo("a\nb\nc");
  }

  @Test
  @Timeout(60)
  void result_teeThatNobodyReads_keepsWhatItsSinksGet() throws Exception {
    Path file = directory.resolve("f");
    try (Child child =
        Command.of(HelperPrograms.numbers(100_000))
            .stdout(Stdio.pipe(), Stdio.file(file), Stdio.tail(7))
            .spawn()) {
      assertThat(child.result().stdout().text()).isEqualTo("100000\n");
    }
    assertThat(Files.size(file)).isEqualTo(588_895);
  }

  @Test
  void stdoutAndStderr_sameFileAmongTheirSinks_bothAreInIt() throws Exception {
    Path file = directory.resolve("log");
    // The first to end must not close it for the other.
    Command command =
        Command.of("sh", "-c", "echo out; exec >&-; read -r x; echo err >&2")
            .stdin(Stdio.pipe())
            .stdout(Stdio.pipe(), Stdio.file(file))
            .stderr(Stdio.capture(), Stdio.file(file));
    try (Child child = command.spawn()) {
      assertThat(child.stdout().readAllBytes()).hasSize(4);
      child.stdin().println("go on");
      assertThat(child.result().stderr().text()).isEqualTo("err\n");
    }

    assertThat(Files.readString(file)).isEqualTo("out\nerr\n");
  }

  @Test
  void tail_keepsTheLastBytes() throws Exception {
    Result result = Command.of(HelperPrograms.numbers(100_000)).stdout(Stdio.tail(13)).run();

    assertThat(result.stdout().text()).isEqualTo("99999\n100000\n");
    assertThat(result.stdout().totalBytes()).isEqualTo(588_895);
    assertThat(result.stdout().omittedBytes()).isEqualTo(588_895 - 13);
  }

  @Test
  void outputLimit_passed_stopsTheChildAndKeepsTheFirstBytes() {
    OutputLimitException thrown =
        catchThrowableOfType(
            OutputLimitException.class,
            () -> Command.of("sh", "-c", "echo oops >&2; exec yes").outputLimit(1_001).capture());

    assertThat(thrown.result().cause()).isEqualTo(Cause.OUTPUT_LIMIT);
    assertThat(thrown.result().stdout().bytes()).hasSize(1_001);
    assertThat(thrown.result().stdout().text()).startsWith("y\ny\n");
    assertThat(thrown.result().stdout().truncated()).isTrue();
    assertThat(thrown.result().stderr().text()).isEqualTo("oops\n");
    assertThat(thrown).hasMessageContaining("stdout passed 1,001 bytes");
  }

  @Test
  void capture_exactlyTheLimit_isNoError() throws Exception {
    assertThat(Command.of(HelperPrograms.flood(1_001)).outputLimit(1_001).bytes()).hasSize(1_001);
  }

  @Test
  void failure_message_hasTheLastLinesOfStderr() {
    ExitException thrown =
        catchThrowableOfType(
            ExitException.class, () -> Command.of("sh", "-c", "seq 1 30 >&2; exit 3").capture());

    assertThat(thrown.getMessage())
        .contains("exit code 3", "\n    30", "\n    11")
        .doesNotContain("\n    10");
    assertThat(thrown.result().stderr().lines()).hasSize(30);
  }

  @Test
  void lines_consumerThatThrows_stopsTheChildAndSurfaces() {
    for (Throwable failure : List.of(new IllegalStateException("full"), new AssertionError("no"))) {
      StdioException thrown =
          catchThrowableOfType(
              StdioException.class,
              () ->
                  Command.of("yes")
                      .stdout(
                          Stdio.lines(line -> {
                            if (failure instanceof Error e) {
                              throw e;
                            }
                            throw (RuntimeException) failure;
                          }))
                      .run());

      assertThat(thrown.reason()).isEqualTo(StdioException.Reason.SINK_FAILED);
      assertThat(thrown).hasCause(failure);
    }
  }

  @Test
  void stream_thatFails_stopsTheChildAndSurfaces() {
    OutputStream failing =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("gone");
          }
        };

    StdioException thrown =
        catchThrowableOfType(
            StdioException.class,
            () -> Command.of("yes").stdout(Stdio.stream(failing), Stdio.tail(10)).run());

    assertThat(thrown.reason()).isEqualTo(StdioException.Reason.SINK_FAILED);
    assertThat(thrown).hasRootCauseMessage("gone");
  }

  @Test
  void file_onAFullDevice_isAClearErrorOfTheProgram() {
    ExitException thrown =
        catchThrowableOfType(
            ExitException.class,
            () ->
                Command.of("echo", "x")
                    .stdout(Stdio.file(Path.of("/dev/full")))
                    .stderr(Stdio.capture())
                    .run());

    assertThat(thrown).hasMessageContaining("No space left on device");
  }

  @Test
  void file_onAFullDeviceAmongSeveralSinks_stopsTheChildAndSaysWhy() {
    StdioException thrown =
        catchThrowableOfType(
            StdioException.class,
            () ->
                Command.of("yes").stdout(Stdio.tail(100), Stdio.file(Path.of("/dev/full"))).run());

    assertThat(thrown.reason()).isEqualTo(StdioException.Reason.SINK_FAILED);
    assertThat(thrown).hasMessageContaining("No space left on device");
  }

  @Test
  void read_pipeWithAFullDeviceBeside_saysWhy() throws Exception {
    try (Child child =
        Command.of("yes").stdout(Stdio.pipe(), Stdio.file(Path.of("/dev/full"))).spawn()) {
      assertThat(catchThrowableOfType(StdioException.class, () -> child.stdout().read()).reason())
          .isEqualTo(StdioException.Reason.SINK_FAILED);
    }
  }

  @Test
  void streamFor_eachChildAndOutput_hasAStreamOfItsOwnThatIsClosed() throws Exception {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    Stdio.Sink sink =
        Stdio.streamFor(pid ->
            new ByteArrayOutputStream() {
              @Override
              public void close() {
                told.add(pid + " " + toString(StandardCharsets.UTF_8));
              }
            });
    Command command =
        Command.of("sh", "-c", "printf out; printf err >&2").stdout(sink).stderr(sink);
    Result first = command.run();
    Result second = command.run();
    assertThat(told)
        .containsExactlyInAnyOrder(
            first.pid() + " out",
            first.pid() + " err",
            second.pid() + " out",
            second.pid() + " err");
  }

  @Test
  void streamFor_makerThrows_isAFailureOfTheSink() {
    Command command =
        Command.of("yes")
            .stdout(
                Stdio.streamFor(pid -> {
                  throw new IllegalStateException("no stream");
                }));
    StdioException thrown = catchThrowableOfType(StdioException.class, command::run);
    assertThat(thrown.reason()).isEqualTo(StdioException.Reason.SINK_FAILED);
    assertThat(thrown).hasRootCauseMessage("no stream");
  }

  @Test
  void lines_slowConsumer_slowsTheChild() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Path count = directory.resolve("count");
    try (Child child =
        Command.of(
                "sh",
                "-c",
                "dd if=/dev/zero bs=65536 count=100 status=none | tee \"$1\"",
                "sh",
                count.toString())
            .stdout(
                Stdio.stream(
                    new OutputStream() {
                      @Override
                      public void write(int b) {}

                      @Override
                      public void write(byte[] bytes, int offset, int length) {
                        try {
                          go.await();
                        } catch (InterruptedException e) {
                          Thread.currentThread().interrupt();
                        }
                      }
                    }))
            .spawn()) {
      assertThat(child.await(java.time.Duration.ofMillis(300))).isEmpty();
      // One buffer here, one pipe, one more pipe within the child: far from all.
      assertThat(Files.size(count)).isLessThan(1_000_000);
      go.countDown();
      assertThat(child.result().exit().success()).isTrue();
    }
    assertThat(Files.size(count)).isEqualTo(6_553_600);
  }

  @Test
  void close_earlyWithUnreadOutput_stopsTheChild() throws Exception {
    Child child = Command.of(HelperPrograms.endless()).spawn();
    for (Line line : child.lines()) {
      if (line.text().equals("endless")) {
        break;
      }
    }
    child.close();

    assertThat(child.isAlive()).isFalse();
    assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.TERM, false));
  }

  @Test
  void close_streamWhileTheChildWrites_endsItBySigpipe() throws Exception {
    try (Child child = Command.of("yes").spawn()) {
      child.stdout().readLine();
      child.stdout().close();

      assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.PIPE, false));
    }
  }

  @Test
  void result_unreadPipes_areKept() throws Exception {
    try (Child child = Command.of(HelperPrograms.fail("out", "err", 5)).spawn()) {
      Result result = child.result();

      assertThat(result.stdout().text()).isEqualTo("out");
      assertThat(result.stderr().text()).isEqualTo("err");
      assertThat(result.exit()).isEqualTo(new Exit.Exited(5));
    }
  }

  @Test
  void capture_fastExit_losesNothing() throws Exception {
    Command command = Command.of("echo", "hi");
    for (int i = 0; i < 500; i++) {
      assertThat(command.capture().stdout().text()).isEqualTo("hi\n");
    }
  }

  @Tag("slow")
  @Test
  void capture_fastExit10000Times_losesNothingAndLeavesNothing() throws Exception {
    Command command = Command.of("echo", "hi");
    for (int i = 0; i < 10_000; i++) {
      assertThat(command.capture().stdout().text()).isEqualTo("hi\n");
    }
  }

  @Tag("slow")
  @Test
  void read_1GibibyteStream_staysWithinASmallHeap() throws Exception {
    Result result =
        ChildJvm.behind("exec \"$@\"", FlowProbe.class, Long.toString(1L << 30))
            .deadline(java.time.Duration.ofSeconds(100))
            .capture();

    assertThat(result.stdout().trimmed()).isEqualTo("read 1073741824, pumped 1073741824");
  }

  @Test
  void file_forBothOutputs_isOpenedOnce() throws Exception {
    Path file = directory.resolve("both");

    Command.of("sh", "-c", "echo one; echo two >&2; echo three")
        .stdout(Stdio.file(file))
        .stderr(Stdio.file(file))
        .run();

    assertThat(Files.readAllLines(file)).containsExactly("one", "two", "three");
  }
}
