package dev.brood.daemon.foreground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.daemon.foreground.LineOutput.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class LineOutputTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void line_targets_areKeptApartAndInOrder() throws InterruptedException {
    try (LineOutput output = new LineOutput(out, err, LONG, () -> {})) {
      output.line(Target.OUT, "a");
      output.line(Target.ERR, "b");
      output.line(Target.OUT, "ä");
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("a\nä\n");
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("b\n");
  }

  @Test
  void line_manyWriters_tearNoLine() throws InterruptedException {
    List<Thread> writers = new ArrayList<>();
    try (LineOutput output = new LineOutput(out, err, LONG, () -> {})) {
      for (int i = 0; i < 8; i++) {
        String line = String.valueOf(i).repeat(100);
        writers.add(Thread.ofVirtual().start(() -> write(output, line, 500)));
      }
      for (Thread writer : writers) {
        writer.join();
      }
    }
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .hasSize(4000)
        .allMatch(line -> line.equals(line.substring(0, 1).repeat(100)));
  }

  @Test
  void line_nobodyReads_holdsTheWriterUntilAbandoned() throws Exception {
    AtomicInteger written = new AtomicInteger();
    try (PipedInputStream unread = new PipedInputStream();
        OutputStream full = new PipedOutputStream(unread)) {
      LineOutput output = new LineOutput(full, err, Duration.ofMillis(10), () -> {});
      CountDownLatch done = new CountDownLatch(1);
      Thread.ofVirtual()
          .start(() -> {
            for (int i = 0; i < 2000; i++) {
              write(output, "x".repeat(1000), 1);
              written.incrementAndGet();
            }
            done.countDown();
          });
      assertThat(done.await(300, TimeUnit.MILLISECONDS)).isFalse();
      assertThat(written.get()).isLessThan(400);
      output.abandon();
      assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
      output.close();
    }
  }

  @Test
  void line_longerThanTheBuffer_isWrittenWhole() throws InterruptedException {
    String line = "y".repeat(1_000_000);
    try (LineOutput output = new LineOutput(out, err, LONG, () -> {})) {
      output.line(Target.OUT, line);
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(line + "\n");
  }

  @Test
  void line_longerThanTheBuffer_isNotOvertakenByThoseThatCameLater() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    String line = "y".repeat(1_000_000);
    try (LineOutput output = new LineOutput(held(read), err, LONG, () -> {})) {
      output.line(Target.OUT, "first");
      Thread second = waiting(() -> write(output, line, 1));
      Thread third = waiting(() -> write(output, "third", 1));
      read.countDown();
      second.join();
      third.join();
    }
    assertThat(written().lines().map(text -> text.charAt(0))).containsExactly('f', 'y', 't');
  }

  @Test
  void line_closedMeanwhile_isDroppedWithoutWaiting() throws Exception {
    LineOutput output = new LineOutput(out, err, LONG, () -> {});
    output.close();

    Thread late = Thread.ofVirtual().start(() -> write(output, "x".repeat(1000), 2000));

    assertThat(late.join(LONG)).isTrue();
  }

  @Test
  void line_closedWhileNobodyReads_waitsNoLonger() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    LineOutput output = new LineOutput(held(read), err, Duration.ofMillis(10), () -> {});
    Thread waiting = waiting(() -> write(output, "x".repeat(1000), 2000));

    output.close();

    assertThat(waiting.join(LONG)).isTrue();
    read.countDown();
  }

  @Test
  void line_readerGone_reportsOnceAndDropsTheRest() throws InterruptedException {
    AtomicInteger reports = new AtomicInteger();
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    try (LineOutput output = new LineOutput(broken, err, LONG, reports::incrementAndGet)) {
      write(output, "x".repeat(1000), 2000);
    }
    assertThat(reports).hasValue(1);
  }

  @Test
  void notice_nobodyReads_isDroppedAndCountedWithoutWaiting() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    try (LineOutput output = new LineOutput(out, held(read), LONG, () -> {})) {
      for (int i = 0; i < 1000; i++) {
        output.notice("x".repeat(999));
      }
      read.countDown();
      do {
        output.notice("last");
      } while (!written().contains("last"));
    }
    assertThat(written().lines().filter(line -> line.startsWith("xxx"))).hasSizeBetween(1, 131);
    assertThat(written()).containsPattern("last \\(\\d+ such lines before were dropped\\)");
  }

  @Test
  void footer_ofTwoLines_staysBelowAllOthers() throws Exception {
    String clear = "\r\u001b[1A\u001b[J";
    String bars = "\u001b[?7lbar 1\nbar 2\u001b[?7h";
    try (LineOutput output = new LineOutput(err, err, LONG, () -> {})) {
      output.footer(List.of("bar 1", "bar 2"));
      await(bars);
      output.line(Target.OUT, "text");
      await(bars + clear + "text\n" + bars);
      output.footer(List.of());
    }
    assertThat(written()).isEqualTo(bars + clear + "text\n" + bars + clear);
  }

  /** Passes nothing on to {@link #err} before somebody reads. */
  private OutputStream held(CountDownLatch read) {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
          assertThat(read.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
        err.write(bytes, offset, length);
      }
    };
  }

  /** Begins something, and returns when it waits or is through. */
  private static Thread waiting(Runnable task) {
    Thread thread = Thread.ofVirtual().start(task);
    while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    return thread;
  }

  private void await(String text) {
    long end = System.nanoTime() + LONG.toNanos();
    while (!written().equals(text)) {
      assertThat(System.nanoTime()).as("written: " + written()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private String written() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static void write(LineOutput output, String line, int times) {
    try {
      for (int i = 0; i < times; i++) {
        output.line(Target.OUT, line);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
