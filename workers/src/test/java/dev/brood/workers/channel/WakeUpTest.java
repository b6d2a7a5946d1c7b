package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.internal.io.HangUpWatch;
import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.testkit.Census;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nobody sleeps on when what he waits for has come, can come no more, or his time is up. */
@ExtendWith(Census.Extension.class)
class WakeUpTest {
  /** Something that waits, on a virtual thread; returns when it does. */
  private static <T> FutureTask<T> waiting(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread thread = Thread.ofVirtual().start(task);
    while (thread.isAlive()
        && !List.of(Thread.State.WAITING, Thread.State.TIMED_WAITING).contains(thread.getState())) {
      LockSupport.parkNanos(1_000_000);
    }
    return task;
  }

  private static <T> T result(FutureTask<T> task) throws Exception {
    return task.get(30, TimeUnit.SECONDS);
  }

  @Test
  void send_thisSideDisconnectsWhileItWaitsForRoom_fails() throws Exception {
    try (RawPeer peer = new RawPeer(ChannelOptions.of(Codec.JSON).queueLimitBytes(100_000))) {
      boolean light = peer.channel.send("x".repeat(1_000_000)); // more than the kernel takes
      assertThat(light).isFalse();
      FutureTask<Boolean> sending = waiting(() -> peer.channel.send("there is no room"));
      peer.channel.disconnect();
      assertThatThrownBy(() -> result(sending))
          .hasCauseInstanceOf(ChannelClosedException.class)
          .hasMessageContaining("disconnected by this side");
    }
  }

  @Test
  void receive_reactorCannotWatchTheSocket_fails() throws Exception {
    int[] ends = new int[2];
    assertThat(Descriptors.socketPair(ends)).isZero();
    HangUpWatch before = new HangUpWatch(Reactor.shared(), ends[0], () -> {});
    assertThat(before.start()).isTrue(); // now the number is watched: epoll_ctl(2), EEXIST
    try (Channel channel = Channel.adopt(ends[0], ChannelOptions.of(Codec.JSON))) {
      channel.onDisconnect().get(30, TimeUnit.SECONDS);
      assertThatThrownBy(channel::receive).isInstanceOf(ChannelClosedException.class);
      assertThat(channel.isConnected()).isFalse();
    } finally {
      Descriptors.close(ends[1]);
    }
  }

  @Test
  void awaitRoom_ofTwoThreads_endsForBothWithOneMessage() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      Inbox inbox = new Inbox(1);
      inbox.add(Message.of(peer.channel, 1, null), 2);
      Callable<Boolean> room =
          () -> {
            inbox.awaitRoom();
            return true;
          };
      FutureTask<Boolean> one = waiting(room);
      FutureTask<Boolean> other = waiting(room);
      assertThat(inbox.poll()).isNotNull();
      assertThat(result(one)).isTrue();
      assertThat(result(other)).isTrue();
    }
  }
}
