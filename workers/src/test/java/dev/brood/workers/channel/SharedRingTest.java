package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.MemoryFile;
import dev.brood.process.internal.linux.SocketMessages;
import dev.brood.process.internal.linux.Sockets;
import dev.brood.testkit.Census;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sides of a ring in this JVM; see SharedRingProcessTest for two processes. */
@ExtendWith(Census.Extension.class)
@SuppressWarnings("try") // closing early is what is tested
class SharedRingTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final long SMALL = 4096;

  /** Does something on another thread. */
  private static <T> CompletableFuture<T> start(boolean virtual, Callable<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    (virtual ? Thread.ofVirtual() : Thread.ofPlatform())
        .start(() -> {
          try {
            result.complete(task.call());
          } catch (Exception e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  private static byte[] record(int number, int length) {
    byte[] record = new byte[length];
    for (int i = 0; i < length; i++) {
      record[i] = (byte) (number + i * 31);
    }
    return record;
  }

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void read_recordsOfAllLengths_comeWholeAndInOrder(boolean virtualWriter, boolean virtualReader)
      throws Exception {
    long seed = System.nanoTime();
    int records = 20_000;
    try (SharedRing out = SharedRing.toWrite(SMALL);
        SharedRing in = SharedRing.open(out.handle())) {
      RingWriter writer = out.writer();
      CompletableFuture<Void> written =
          start(
              virtualWriter,
              () -> {
                Random random = new Random(seed);
                for (int i = 0; i < records; i++) {
                  writer.write(record(i, random.nextInt(writer.recordLimitBytes() + 1)));
                }
                out.close();
                return null;
              });
      CompletableFuture<Integer> read =
          start(
              virtualReader,
              () -> {
                Random random = new Random(seed);
                for (int i = 0; i < records; i++) {
                  byte[] expected = record(i, random.nextInt(writer.recordLimitBytes() + 1));
                  assertThat(in.reader().read())
                      .as("record %d, seed %d", i, seed)
                      .isEqualTo(expected);
                }
                assertThatThrownBy(() -> in.reader().read())
                    .isExactlyInstanceOf(ChannelClosedException.class)
                    .hasMessageContaining("the other side has closed it");
                return records;
              });
      assertThat(read.get(110, TimeUnit.SECONDS)).isEqualTo(records);
      written.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void write_inPlace_isReadInPlace() throws Exception {
    try (SharedRing in = SharedRing.toRead(1 << 16);
        SharedRing out = SharedRing.open(in.handle())) {
      out.writer().write(8, record -> record.set(ValueLayout.JAVA_LONG, 0, 42));
      out.writer().write(0, record -> assertThat(record.byteSize()).isZero());
      assertThatThrownBy(() ->
              out.writer()
                  .write(
                      8,
                      record -> {
                        throw new IllegalStateException("mine");
                      }))
          .hasMessage("mine");
      out.writer().write(new byte[] {7});
      long first = in.reader().read(record -> record.get(ValueLayout.JAVA_LONG, 0));
      assertThat(first).isEqualTo(42);
      assertThat(in.reader().read()).isEmpty();
      boolean readOnly = in.reader().read(MemorySegment::isReadOnly);
      assertThat(readOnly).isTrue();
    }
  }

  @Test
  void write_fullRing_givesUpAfterTheLimitAndGoesOnWhenThereIsRoom() throws Exception {
    try (SharedRing out = SharedRing.toWrite(SMALL);
        SharedRing in = SharedRing.open(out.handle())) {
      byte[] half = record(1, out.writer().recordLimitBytes());
      out.writer().write(half);
      out.writer().write(half);
      assertThat(out.writer().write(half, 0, half.length, Duration.ofMillis(20))).isFalse();
      assertThat(in.reader().read()).isEqualTo(half);
      assertThat(out.writer().write(half, 0, half.length, LONG)).isTrue();
      assertThat(in.reader().read()).isEqualTo(half);
      assertThat(in.reader().read()).isEqualTo(half);
      assertThat(in.reader().read(Duration.ofMillis(20))).isEmpty();
      assertThat(in.reader().read(Duration.ZERO)).isEmpty();
    }
  }

  @Test
  void write_longRecord_isATypedError() throws Exception {
    try (SharedRing out = SharedRing.toWrite(SMALL)) {
      assertThat(out.writer().recordLimitBytes()).isEqualTo(2040);
      assertThatThrownBy(() -> out.writer().write(new byte[2041]))
          .isInstanceOf(MessageTooLargeException.class)
          .hasMessageContaining("2,041")
          .hasMessageContaining("2,040");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void close_readerWaits_wakesItOnBothSides(boolean virtual) throws Exception {
    for (boolean own : new boolean[] {true, false}) {
      SharedRing out = SharedRing.toWrite(SMALL);
      SharedRing in = SharedRing.open(out.handle());
      CountDownLatch started = new CountDownLatch(1);
      CompletableFuture<byte[]> read =
          start(
              virtual,
              () -> {
                started.countDown();
                return in.reader().read();
              });
      started.await();
      (own ? in : out).close();
      assertThatThrownBy(() -> read.get(60, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isExactlyInstanceOf(ChannelClosedException.class);
      in.close();
      out.close();
      out.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void close_writerWaits_wakesItOnBothSides(boolean virtual) throws Exception {
    for (boolean own : new boolean[] {true, false}) {
      SharedRing out = SharedRing.toWrite(SMALL);
      SharedRing in = SharedRing.open(out.handle());
      CompletableFuture<Void> written =
          start(
              virtual,
              () -> {
                while (true) {
                  out.writer().write(new byte[100]);
                }
              });
      assertThat(in.reader().read()).hasSize(100);
      (own ? out : in).close();
      assertThatThrownBy(() -> written.get(60, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isExactlyInstanceOf(ChannelClosedException.class);
      in.close();
      out.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void read_interruptedThread_throwsAndTheRingGoesOn(boolean virtual) throws Exception {
    try (SharedRing out = SharedRing.toWrite(SMALL);
        SharedRing in = SharedRing.open(out.handle())) {
      CompletableFuture<Thread> thread = new CompletableFuture<>();
      CompletableFuture<byte[]> read =
          start(
              virtual,
              () -> {
                thread.complete(Thread.currentThread());
                return in.reader().read();
              });
      thread.get().interrupt();
      assertThatThrownBy(() -> read.get(60, TimeUnit.SECONDS))
          .cause()
          .isInstanceOf(InterruptedException.class);
      out.writer().write(new byte[] {9});
      assertThat(in.reader().read(LONG)).contains(new byte[] {9});
    }
  }

  @Test
  void close_duringALook_leavesTheMemoryUntilItIsOver() throws Exception {
    SharedRing out = SharedRing.toWrite(SMALL);
    SharedRing in = SharedRing.open(out.handle());
    out.writer().write(new byte[] {5});
    byte seen =
        in.reader()
            .read(record -> {
              in.close();
              return record.get(ValueLayout.JAVA_BYTE, 0);
            });
    assertThat(seen).isEqualTo((byte) 5);
    assertThatThrownBy(() -> in.reader().read()).isInstanceOf(ChannelClosedException.class);
    out.close();
  }

  @Test
  void broken_afterTheEnd_touchesNothing() {
    int file = RingMemory.create(SMALL, RingMemory.MAKER_WRITES);
    RingMemory memory = RingMemory.map(file);
    int[] pair = new int[2];
    assertThat(Sockets.pair(Sockets.SOCK_STREAM, pair)).isZero();
    RingPeer peer = new RingPeer(pair[0], memory, true);
    peer.start();
    peer.close();
    memory.close();
    peer.broken(new OutOfMemoryError("while an event was handled, as the ring was closed"));
    assertThat(peer.isGone()).isFalse();
    assertThat(Descriptors.close(pair[1])).isZero();
    assertThat(Descriptors.close(file)).isZero();
  }

  @Test
  void toWrite_otherSideIsNeverOpened_isBrokenWhenItsHandleIsClosed() throws Exception {
    try (SharedRing out = SharedRing.toWrite(SMALL)) {
      out.handle().close();
      CompletableFuture<Void> written =
          start(
              false,
              () -> {
                while (true) {
                  out.writer().write(new byte[100]);
                }
              });
      assertThatThrownBy(() -> written.get(60, TimeUnit.SECONDS))
          .cause()
          .isInstanceOf(RingBrokenException.class);
      assertThatThrownBy(out::handle).isInstanceOf(IllegalStateException.class);
    }
    SharedRing.toRead(SMALL).close();
  }

  @Test
  void roles_wrongSide_areTheCallersMistake() throws Exception {
    try (SharedRing out = SharedRing.toWrite(SMALL);
        SharedRing in = SharedRing.open(out.handle())) {
      assertThatThrownBy(out::reader).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(in::writer).isInstanceOf(IllegalStateException.class);
    }
    for (long capacity : new long[] {0, 1000, 4097, 2048, 1L << 31}) {
      assertThatThrownBy(() -> SharedRing.toWrite(capacity))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void open_whatIsNoRing_isATypedErrorAndLeavesNothingOpen() {
    int[] pair = new int[2];
    assertThat(Sockets.pair(Sockets.SOCK_STREAM, pair)).isZero();
    assertThatThrownBy(() -> SharedRing.open(Handle.of(pair[0], Handle.Kind.SOCKET)))
        .isInstanceOf(HandleException.class)
        .hasMessageContaining("is no ring");
    assertThat(Descriptors.close(pair[1])).isZero();

    for (int file :
        new int[] {
          MemoryFile.ofSize("no-ring", 8192),
          MemoryFile.ofSize("short", 100),
          Descriptors.memoryFile("unsealed")
        }) {
      assertThat(Sockets.pair(Sockets.SOCK_STREAM, pair)).isZero();
      assertThat(SocketMessages.send(pair[1], new byte[1], 0, 1, file)).isEqualTo(1);
      assertThatThrownBy(() -> SharedRing.open(Handle.of(pair[0], Handle.Kind.SOCKET)))
          .isInstanceOf(HandleException.class)
          .hasMessageContaining("not the memory of a ring");
      assertThat(Descriptors.close(pair[1])).isZero();
      assertThat(Descriptors.close(file)).isZero();
    }
  }

  @Test
  void read_memoryThatWasSpoilt_isATypedError() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      int file = RingMemory.create(SMALL, RingMemory.MAKER_WRITES);
      int[] pair = new int[2];
      assertThat(Sockets.pair(Sockets.SOCK_STREAM, pair)).isZero();
      assertThat(SocketMessages.send(pair[1], new byte[1], 0, 1, file)).isEqualTo(1);
      try (Arena arena = Arena.ofConfined();
          SharedRing in = SharedRing.open(Handle.of(pair[0], Handle.Kind.SOCKET))) {
        MemorySegment memory = MemoryFile.map(file, arena);
        for (long at = RingMemory.DATA; at < RingMemory.DATA + SMALL; at += 8) {
          long value = random.nextBoolean() ? random.nextLong() : random.nextInt(5000);
          memory.set(ValueLayout.JAVA_LONG, at, value);
        }
        long head = random.nextBoolean() ? random.nextLong() : random.nextInt(600) * 8L;
        memory.set(ValueLayout.JAVA_LONG, RingMemory.HEAD, head);
        memory.set(ValueLayout.JAVA_INT, RingMemory.WRITER_CLOSED, 1);
        int records = 0;
        try {
          while (records < 10_000) {
            assertThat(in.reader().read().length).isLessThanOrEqualTo((int) SMALL);
            records++;
          }
        } catch (ChannelClosedException e) {
          records = 0;
        }
        assertThat(records).as("seed %d, round %d", seed, round).isZero();
      } finally {
        assertThat(Descriptors.close(pair[1])).isZero();
        assertThat(Descriptors.close(file)).isZero();
      }
    }
  }
}
