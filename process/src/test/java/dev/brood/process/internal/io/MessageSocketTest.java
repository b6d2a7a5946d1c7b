package dev.brood.process.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.testkit.Census;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Census.Extension.class)
class MessageSocketTest {
  @Test
  void awaitReceivable_untilItsTimeIsOver_doesNotHoldOnToTheThread() throws Exception {
    int[] ends = new int[2];
    assertThat(Descriptors.socketPair(ends)).isZero();
    try (MessageSocket one = new MessageSocket(Reactor.shared(), ends[0]);
        MessageSocket other = new MessageSocket(Reactor.shared(), ends[1])) {
      WeakReference<Thread> waiter = waitInVain(one);
      long end = System.nanoTime() + 30_000_000_000L;
      while (!waiter.refersTo(null) && System.nanoTime() - end < 0) {
        System.gc();
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(waiter.refersTo(null)).as("forgotten").isTrue();
      assertThat(other.trySend(new byte[] {1}, 0, 1, -1)).isEqualTo(1);
      assertThat(one.receive(new byte[1], descriptor -> {})).isEqualTo(1);
    }
  }

  @Test
  void await_reactorCannotWatch_isAnErrorOfTheSocket() {
    int[] ends = new int[2];
    assertThat(Descriptors.socketPair(ends)).isZero();
    try (HangUpWatch before = new HangUpWatch(Reactor.shared(), ends[1], () -> {})) {
      assertThat(before.start()).isTrue(); // now the number is watched: epoll_ctl(2), EEXIST
      MessageSocket other = new MessageSocket(Reactor.shared(), ends[1]);
      assertThatThrownBy(() -> other.awaitReceivable(Long.MAX_VALUE))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(other::awaitSendable).isInstanceOf(IOException.class);
    } finally {
      Descriptors.close(ends[0]);
    }
  }

  private static WeakReference<Thread> waitInVain(MessageSocket socket)
      throws InterruptedException {
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              try {
                socket.awaitReceivable(1_000_000);
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    thread.join();
    return new WeakReference<>(thread);
  }
}
