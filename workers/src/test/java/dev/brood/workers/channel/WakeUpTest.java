package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.internal.io.HangUpWatch;
import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.testkit.Census;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nobody sleeps on when what he waits for has come, can come no more, or his time is up. */
@ExtendWith(Census.Extension.class)
class WakeUpTest {
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
}
