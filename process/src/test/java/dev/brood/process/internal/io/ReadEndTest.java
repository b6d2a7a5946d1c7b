package dev.brood.process.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.testkit.Census;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who waits for a stream that then belongs to another learns of it, and does not hold that up. */
@ExtendWith(Census.Extension.class)
class ReadEndTest {
  /** Many times what a pipe holds. */
  private static final byte[] MUCH = new byte[1 << 20];

  private static final long LIMIT_SECONDS = 30;

  private int pipe;
  private ReadEnd end;
  private WriteEnd writer;

  @BeforeEach
  void open() {
    int[] ends = new int[2];
    assertThat(Descriptors.pipe(ends)).isZero();
    pipe = ends[0];
    end = new ReadEnd(Reactor.shared(), ends[0]);
    writer = new WriteEnd(Reactor.shared(), ends[1]);
  }

  @AfterEach
  void close() {
    end.close();
    writer.close();
  }

  private FutureTask<Integer> reading() {
    FutureTask<Integer> count = new FutureTask<>(() -> end.read(new byte[1], 0, 1, 0));
    Thread thread = Thread.ofPlatform().daemon().start(count);
    while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
      LockSupport.parkNanos(1_000_000);
    }
    return count;
  }

  /** Ends when somebody has read it all. */
  private void writeMuch() throws Exception {
    FutureTask<Void> written =
        new FutureTask<>(() -> {
          writer.write(MUCH, 0, MUCH.length);
          return null;
        });
    Thread.ofVirtual().start(written);
    written.get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void read_abandonedMeanwhile_endsAndTheRestIsThrownAway() throws Exception {
    FutureTask<Integer> count = reading();
    end.abandon();
    assertThat(count.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(ReadEnd.END);
    writeMuch();
  }

  @Test
  void read_afterAbandon_isAtTheEndAndTheRestIsThrownAway() throws Exception {
    end.abandon();
    assertThat(reading().get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(ReadEnd.END);
    writeMuch();
    writer.close();
    assertThat(reading().get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(ReadEnd.END);
  }

  @Test
  void read_pushedElsewhereMeanwhile_failsAndTheSinkGetsAll() throws Exception {
    FutureTask<Integer> count = reading();
    Counter sink = new Counter();
    end.pushTo(sink);
    assertClosed(count);
    writeMuch();
    writer.close();
    assertThat(sink.total.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(MUCH.length);
  }

  @Test
  void read_whatIsPushedElsewhere_failsAndTheSinkGetsAll() throws Exception {
    Counter sink = new Counter();
    end.pushTo(sink);
    assertClosed(reading());
    writeMuch();
    writer.close();
    assertThat(sink.total.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(MUCH.length);
  }

  @Test
  void read_reactorCannotWatch_isAnErrorOfTheStream() throws Exception {
    ReadEnd before = new ReadEnd(Reactor.shared(), pipe);
    assertThat(before.poll(new byte[1], 0, 1, Thread.currentThread()))
        .isEqualTo(ReadEnd.WOULD_BLOCK); // from now on the number is watched: epoll_ctl(2), EEXIST
    assertThatThrownBy(() -> reading().get(LIMIT_SECONDS, TimeUnit.SECONDS))
        .hasCauseInstanceOf(IOException.class);
  }

  private static void assertClosed(FutureTask<Integer> count) {
    assertThatThrownBy(() -> count.get(LIMIT_SECONDS, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(ClosedChannelException.class);
  }

  /** Completed at the end, with how much there was. */
  private static final class Counter implements ByteSink {
    final CompletableFuture<Long> total = new CompletableFuture<>();
    private final AtomicLong count = new AtomicLong();

    @Override
    public void bytes(byte[] buffer, int length) {
      count.addAndGet(length);
    }

    @Override
    public void end() {
      total.complete(count.get());
    }

    @Override
    public void fail(Throwable reason) {
      total.completeExceptionally(reason);
    }
  }
}
