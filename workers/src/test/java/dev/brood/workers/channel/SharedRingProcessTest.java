package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Command;
import dev.brood.testkit.Census;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rings between this JVM and a child. */
@ExtendWith(Census.Extension.class)
class SharedRingProcessTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Path SDK = Path.of("..", "sdk", "python").toAbsolutePath().normalize();

  @TempDir Path directory;

  private static ForkedChild java(String what, String thread) {
    return Fork.of(ChildJvm.command(RingProgram.class, what, thread)).spawn();
  }

  private ForkedChild python(String script) throws Exception {
    Path file = Files.writeString(directory.resolve("ring.py"), script);
    return Fork.python(file.toString())
        .command(command ->
            command.env("PYTHONPATH", SDK.toString()).env("PYTHONDONTWRITEBYTECODE", "1"))
        .spawn();
  }

  private static String receive(ForkedChild child) throws InterruptedException {
    return String.valueOf(child.channel().receive(LONG).orElseThrow().value());
  }

  private static void give(ForkedChild child, SharedRing ring) throws InterruptedException {
    assertThat(child.channel().send("ring", ring.handle())).isTrue();
    assertThat(receive(child)).isEqualTo("open");
  }

  private static byte[] record(int number) {
    byte[] record = new byte[1 + number * 37 % 5000];
    for (int i = 0; i < record.length; i++) {
      record[i] = (byte) (number + i);
    }
    return record;
  }

  private static void echo(ForkedChild child, int records) throws Exception {
    try (SharedRing out = SharedRing.toWrite(1 << 16);
        SharedRing in = SharedRing.toRead(1 << 16)) {
      give(child, out);
      give(child, in);
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; i < records; i++) {
                    out.writer().write(record(i));
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      for (int i = 0; i < records; i++) {
        assertThat(in.reader().read(LONG).orElseThrow()).as("record %d", i).isEqualTo(record(i));
      }
      writer.join();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void echo_javaChild_sendsEveryRecordBack(String thread) throws Exception {
    try (ForkedChild child = java("echo", thread)) {
      echo(child, 20_000);
    }
  }

  @Test
  void echo_pythonChild_sendsEveryRecordBack() throws Exception {
    String script =
        """
        import brood, brood_ring
        with brood.connect() as channel:
            source = brood_ring.open(channel.receive().handle)
            channel.send("open")
            target = brood_ring.open(channel.receive().handle)
            channel.send("open")
            try:
                for record in source:
                    target.write(record)
            except brood_ring.RingClosed:
                pass
            source.close()
            target.close()
        """;
    try (ForkedChild child = python(script)) {
      echo(child, 5_000);
    }
  }

  @Test
  void handle_madeByPython_isOpenedByJava() throws Exception {
    String script =
        """
        import brood, brood_ring
        with brood.connect() as channel:
            numbers = brood_ring.to_write(1 << 16)
            channel.send("numbers", numbers.handle())
            answers = brood_ring.to_read(1 << 16)
            channel.send("answers", answers.handle())
            for n in range(10000):
                numbers.write(n.to_bytes(8, "little"))
            numbers.close()
            seen = []
            answers.read_into(lambda view: seen.append(int.from_bytes(view, "little")))
            channel.send("sum %d" % seen[0])
            answers.close()
        """;
    try (ForkedChild child = python(script);
        SharedRing numbers =
            SharedRing.open(child.channel().receive(LONG).orElseThrow().handle().orElseThrow());
        SharedRing answers =
            SharedRing.open(child.channel().receive(LONG).orElseThrow().handle().orElseThrow())) {
      long sum = 0;
      for (int i = 0; i < 10_000; i++) {
        sum += little(numbers.reader().read());
      }
      assertThatThrownBy(() -> numbers.reader().read())
          .isExactlyInstanceOf(ChannelClosedException.class);
      answers.writer().write(little(sum));
      assertThat(receive(child)).isEqualTo("sum 49995000");
    }
  }

  private static long little(byte[] bytes) {
    long value = 0;
    for (int i = 7; i >= 0; i--) {
      value = value << 8 | bytes[i] & 0xff;
    }
    return value;
  }

  private static byte[] little(long value) {
    byte[] bytes = new byte[8];
    for (int i = 0; i < 8; i++) {
      bytes[i] = (byte) (value >>> 8 * i);
    }
    return bytes;
  }

  @Test
  void close_writer_childReadsEverythingBeforeTheEnd() throws Exception {
    try (ForkedChild child = java("sum", "platform")) {
      SharedRing out = SharedRing.toWrite(1 << 16);
      give(child, out);
      long total = 0;
      for (int i = 0; i < 10_000; i++) {
        byte[] record = record(i);
        total += record.length + record[0];
        out.writer().write(record);
      }
      out.close();
      assertThat(receive(child)).isEqualTo("10000 " + total);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void kill_childThatHoldsTheOtherSide_wakesTheWriter(boolean virtual) throws Exception {
    try (ForkedChild child = java("hold", "platform");
        SharedRing out = SharedRing.toWrite(1 << 16)) {
      give(child, out);
      Thread killer =
          Thread.ofVirtual()
              .unstarted(() -> {
                child.child().kill();
              });
      Broken broken = new Broken(out, killer);
      (virtual ? Thread.ofVirtual() : Thread.ofPlatform()).start(broken).join();
      killer.join();
      assertThat(broken.reason).isInstanceOf(RingBrokenException.class);
    }
  }

  /** Writes until the ring is broken, after it is full for the first time. */
  private static final class Broken implements Runnable {
    private final SharedRing out;
    private final Thread whenFull;
    private volatile Exception reason = new IllegalStateException("the ring took everything");

    Broken(SharedRing out, Thread whenFull) {
      this.out = out;
      this.whenFull = whenFull;
    }

    @Override
    public void run() {
      byte[] record = new byte[1000];
      try {
        while (out.writer().write(record, 0, record.length, Duration.ofMillis(10))) {}
        whenFull.start();
        if (out.writer().write(record, 0, record.length, LONG)) {
          throw new IllegalStateException("there was room");
        }
      } catch (RingBrokenException | IllegalStateException | InterruptedException e) {
        reason = e;
      }
    }
  }

  @Test
  void kill_childThatWrites_isToldAfterTheLastRecord() throws Exception {
    try (ForkedChild child = java("hold", "platform");
        SharedRing in = SharedRing.toRead(1 << 16)) {
      give(child, in);
      child.child().kill();
      assertThatThrownBy(() -> in.reader().read(LONG))
          .isInstanceOf(RingBrokenException.class)
          .hasMessageContaining("without closing");
    }
  }

  @Test
  void python_ringOfItsOwn_passesItsChecks() throws Exception {
    String checks =
        """
        import brood_ring, os, threading
        w = brood_ring.to_write(4096)
        h = w.handle()
        try:
            w.handle(); raise SystemExit("a second handle")
        except brood_ring.RingError: pass
        r = brood_ring.open(h)
        assert r.record_limit == 2040 and not w.write(b"x" * 2040) is False
        assert w.write(b"y" * 2040) and w.write(b"z", timeout=0.01) is False
        assert r.read() == b"x" * 2040 and w.write(b"z", timeout=10)
        assert r.read() == b"y" * 2040 and r.read() == b"z" and r.read(timeout=0.01) is None
        for wrong in (lambda: w.write(b"x" * 2041), lambda: r.write(b"x"), lambda: w.read()):
            try:
                wrong(); raise SystemExit("not refused")
            except brood_ring.RingError: pass
        out = []
        t = threading.Thread(target=lambda: out.extend(r)); t.start()
        w.write(b""); w.write(b"last"); w.close(); t.join(20)
        assert out == [b"", b"last"], out
        r.close(); r.close()
        r = brood_ring.to_read(4096)
        t = threading.Thread(target=lambda: out.extend(r)); t.start()
        r.close(); t.join(20)
        assert not t.is_alive()
        a, b = __import__("socket").socketpair()
        try:
            brood_ring.open(a); raise SystemExit("no ring was opened")
        except brood_ring.RingError: pass
        b.close()
        w = brood_ring.to_write(4096)
        h = w.handle()
        if os.fork() == 0:
            os._exit(0)
        os.wait(); h.close()
        try:
            while True: w.write(b"x" * 100, timeout=20)
        except brood_ring.RingBroken: pass
        w.close()
        assert sorted(os.listdir("/proc/self/fd"))[:3] == ["0", "1", "2"]
        print(len(os.listdir("/proc/self/fd")))
        """;
    String open =
        Command.of("python3", "-c", checks)
            .env("PYTHONPATH", SDK.toString())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .deadline(LONG)
            .text();
    assertThat(open).isEqualTo("4");
  }
}
