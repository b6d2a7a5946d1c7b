package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.testkit.HelperPrograms;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputTest {
  private static final int TEN_MEGABYTES = 10 * 1024 * 1024;

  @TempDir private Path directory;

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  @Test
  void bytes_tenMegabytesThroughCat_comeBackEqual() throws Exception {
    byte[] bytes = random(TEN_MEGABYTES);

    assertThat(Command.of("cat").stdin(Stdio.bytes(bytes)).bytes()).isEqualTo(bytes);
  }

  @Test
  void stream_tenMegabytesThroughCat_comeBackEqual() throws Exception {
    byte[] bytes = random(TEN_MEGABYTES);

    assertThat(Command.of("cat").stdin(Stdio.stream(new ByteArrayInputStream(bytes))).bytes())
        .isEqualTo(bytes);
  }

  @Test
  void bytes_callersArrayChangedLater_doesNotMatter() throws Exception {
    byte[] bytes = {'a'};
    Command command = Command.of("cat").stdin(Stdio.bytes(bytes));
    bytes[0] = 'b';

    assertThat(command.text()).isEqualTo("a");
  }

  @Test
  void text_isUtf8AndEndsTheInput() throws Exception {
    assertThat(Command.of("cat").stdin(Stdio.text("ä€😀")).text()).isEqualTo("ä€😀");
    assertThat(Command.of("wc", "-c").stdin(Stdio.text("")).text()).isEqualTo("0");
  }

  @Test
  void file_isReadFromItsStart() throws Exception {
    Path file = Files.writeString(directory.resolve("in"), "from a file");

    assertThat(Command.of("cat").stdin(Stdio.file(file)).text()).isEqualTo("from a file");
    assertThat(Command.of("readlink", "/proc/self/fd/0").stdin(Stdio.file(file)).text())
        .isEqualTo(file.toRealPath().toString());
  }

  @Test
  void channel_isReadFromItsPosition() throws Exception {
    Path file = Files.writeString(directory.resolve("in"), "0123456789");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.position(4);

      assertThat(Command.of("cat").stdin(Stdio.channel(channel)).text()).isEqualTo("456789");
      assertThat(channel.isOpen()).isTrue();
    }
  }

  @Test
  void descriptor_isReadFromItsOffset() throws Exception {
    Path file = Files.writeString(directory.resolve("in"), "0123456789");
    int fd = Descriptors.open(file.toString(), Descriptors.O_RDONLY, 0);
    try {
      assertThat(Descriptors.read(fd, new byte[3], 0, 3)).isEqualTo(3);

      assertThat(Command.of("cat").stdin(Stdio.descriptor(fd)).text()).isEqualTo("3456789");
      assertThat(Descriptors.isOpen(fd)).isTrue();
    } finally {
      Descriptors.close(fd);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "exec <&-; echo x", "head -c 10 >/dev/null"})
  void supplied_inputThatIsNotRead_isNoError(String line) throws Exception {
    byte[] bytes = random(1_000_000);

    assertThat(Command.of("sh", "-c", line).stdin(Stdio.bytes(bytes)).capture().exit().success())
        .isTrue();
    assertThat(
            Command.of("sh", "-c", line)
                .stdin(Stdio.stream(new ByteArrayInputStream(bytes)))
                .capture()
                .exit()
                .success())
        .isTrue();
  }

  @Test
  void write_afterTheChildClosedItsInput_isABrokenPipe() throws Exception {
    try (Child child = Command.of(HelperPrograms.closeInput()).stdin(Stdio.pipe()).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");

      StdioException thrown =
          catchThrowableOfType(StdioException.class, () -> child.stdin().println("x"));

      assertThat(thrown.reason()).isEqualTo(StdioException.Reason.BROKEN_PIPE);
      assertThat(thrown.commandLine()).isEqualTo(child.command().commandLine());
    }
  }

  @Test
  void write_afterTheChildEnded_isABrokenPipe() throws Exception {
    try (Child child = Command.of("true").stdin(Stdio.pipe()).spawn()) {
      child.await();

      assertThat(catchThrowableOfType(StdioException.class, () -> child.stdin().write(1)).reason())
          .isEqualTo(StdioException.Reason.BROKEN_PIPE);
    }
  }

  @Test
  void write_afterOwnClose_saysClosed() throws Exception {
    try (Child child = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
      child.stdin().close();
      child.stdin().close();

      assertThat(catchThrowableOfType(StdioException.class, () -> child.stdin().write(1)).reason())
          .isEqualTo(StdioException.Reason.CLOSED);
    }
  }

  @Test
  void close_input_letsSortGoOn() throws Exception {
    try (Child child = Command.of(HelperPrograms.sort()).stdin(Stdio.pipe()).spawn()) {
      child.stdin().println("b").println("a");
      child.stdin().close();

      assertThat(child.stdout().readLine()).isEqualTo("a");
      assertThat(child.stdout().readLine()).isEqualTo("b");
      assertThat(child.await().success()).isTrue();
    }
  }

  @Test
  void write_manySmallOnes_keepTheirOrder() throws Exception {
    try (Child child = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
      Thread writer =
          Thread.startVirtualThread(() -> {
            for (int i = 0; i < 20_000; i++) {
              child.stdin().println("line " + i);
            }
            child.stdin().close();
          });
      int expected = 0;
      for (Line line : child.stdout().lines()) {
        assertThat(line.text()).isEqualTo("line " + expected++);
      }
      writer.join();
      assertThat(expected).isEqualTo(20_000);
    }
  }

  @Test
  void dialogue_questionAndAnswer_alternate() throws Exception {
    try (Child child = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
      for (int i = 0; i < 100; i++) {
        child.stdin().println("question " + i);
        assertThat(child.stdout().readLine()).isEqualTo("question " + i);
      }
    }
  }

  /** Blocks a writer on a pipe that nobody reads, and hands its error over. */
  private static CompletableFuture<StdioException> blockedWriter(Child child, boolean virtual)
      throws InterruptedException {
    CompletableFuture<StdioException> failed = new CompletableFuture<>();
    CountDownLatch started = new CountDownLatch(1);
    Runnable task =
        () -> {
          started.countDown();
          failed.complete(
              catchThrowableOfType(
                  StdioException.class, () -> child.stdin().write(new byte[1_000_000])));
        };
    Thread thread =
        virtual ? Thread.startVirtualThread(task) : Thread.ofPlatform().daemon().start(task);
    started.await();
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    return failed;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void write_blockedWhenTheChildDies_wakesWithABrokenPipe(boolean virtual) throws Exception {
    try (Child child = Command.of(HelperPrograms.ignoreInput()).stdin(Stdio.pipe()).spawn()) {
      CompletableFuture<StdioException> failed = blockedWriter(child, virtual);
      child.kill();

      assertThat(failed.get().reason()).isEqualTo(StdioException.Reason.BROKEN_PIPE);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void write_blockedWhenClosed_wakes(boolean virtual) throws Exception {
    try (Child child = Command.of(HelperPrograms.ignoreInput()).stdin(Stdio.pipe()).spawn()) {
      CompletableFuture<StdioException> failed = blockedWriter(child, virtual);
      child.stdin().close();

      assertThat(failed.get().reason()).isEqualTo(StdioException.Reason.CLOSED);
    }
  }

  @Test
  void write_interrupted_saysSoAndKeepsTheFlag() throws Exception {
    try (Child child = Command.of(HelperPrograms.ignoreInput()).stdin(Stdio.pipe()).spawn()) {
      CompletableFuture<Boolean> flag = new CompletableFuture<>();
      Thread writer =
          Thread.startVirtualThread(() -> {
            StdioException thrown =
                catchThrowableOfType(
                    StdioException.class, () -> child.stdin().write(new byte[1_000_000]));
            flag.complete(
                Thread.currentThread().isInterrupted()
                    && thrown.reason() == StdioException.Reason.INTERRUPTED);
          });
      while (writer.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      writer.interrupt();

      assertThat(flag.get()).isTrue();
    }
  }

  @Test
  void stream_thatFails_stopsTheChildAndSurfaces() {
    InputStream failing =
        new InputStream() {
          private int left = 100;

          @Override
          public int read() throws IOException {
            if (left-- <= 0) {
              throw new IOException("disk on fire");
            }
            return 'x';
          }
        };

    StdioException thrown =
        catchThrowableOfType(
            StdioException.class,
            () ->
                Command.of("sh", "-c", "cat; exec sleep 60")
                    .stdin(Stdio.stream(failing))
                    .capture());

    assertThat(thrown.reason()).isEqualTo(StdioException.Reason.SOURCE_FAILED);
    assertThat(thrown).hasRootCauseMessage("disk on fire");
  }

  @Test
  void stream_thatThrowsAnError_stopsTheChildAndSurfaces() {
    InputStream failing =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("not expected");
          }
        };

    StdioException thrown =
        catchThrowableOfType(
            StdioException.class,
            () -> Command.of("sleep", "60").stdin(Stdio.stream(failing)).capture());

    assertThat(thrown).hasRootCauseMessage("not expected");
  }

  @Test
  void channel_closedMeanwhile_isAFailedSource() throws Exception {
    CountDownLatch passedOn = new CountDownLatch(1);
    ReadableByteChannel closed =
        new ReadableByteChannel() {
          private boolean first = true;

          @Override
          public int read(ByteBuffer target) throws IOException {
            if (!first) {
              awaitUninterruptibly(passedOn);
              throw new AsynchronousCloseException();
            }
            first = false;
            target.put((byte) 'a').put((byte) '\n');
            return 2;
          }

          @Override
          public boolean isOpen() {
            return first;
          }

          @Override
          public void close() {}
        };
    try (Child child =
        Command.of("sh", "-c", "cat; exec sleep 60").stdin(Stdio.channel(closed)).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("a");
      passedOn.countDown();

      assertThat(catchThrowableOfType(StdioException.class, child::result).reason())
          .isEqualTo(StdioException.Reason.SOURCE_FAILED);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // The child's end would interrupt it; the test lets it go on in any case.
      }
    }
  }

  @Test
  void stream_thatNeverYields_endsWithTheChild() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    InputStream waiting =
        new InputStream() {
          @Override
          public int read() throws IOException {
            reading.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              interrupted.complete(true);
              throw new IOException(e);
            }
            return -1;
          }
        };

    try (Child child =
        Command.of("sh", "-c", "read -r x <&3")
            .descriptor(3, Stdio.toChild())
            .stdin(Stdio.stream(waiting))
            .spawn()) {
      reading.await();
      child.input(3).println("go");
      assertThat(child.result().exit().success()).isTrue();
    }
    assertThat(interrupted.get()).isTrue();
  }

  @Test
  void stream_fasterThanTheChild_isReadNoFurtherThanThePipeHolds() throws Exception {
    AtomicLong given = new AtomicLong();
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            given.incrementAndGet();
            return 0;
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            given.addAndGet(length);
            return length;
          }
        };
    try (Child child =
        Command.of("sh", "-c", "head -c 1000000 >/dev/null; echo done; exec sleep 60")
            .stdin(Stdio.stream(endless))
            .spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("done");

      assertThat(given.get()).isBetween(1_000_000L, 1_000_000L + 256 * 1024);
    }
  }

  @Test
  void inherit_input_isOurs() throws Exception {
    assertThat(Command.of("readlink", "/proc/self/fd/0").stdin(Stdio.inherit()).text())
        .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString());
  }
}
