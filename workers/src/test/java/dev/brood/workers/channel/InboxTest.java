package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InboxTest {
  private static Message message(Channel channel, int value) {
    return Message.of(channel, value, null);
  }

  @Test
  void awaitRoom_shortMessages_countForWhatTheyTakeInMemory() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      Inbox inbox = new Inbox(20 * (Inbox.ENTRY_BYTES + 2));
      for (int i = 0; i < 19; i++) {
        inbox.add(message(peer.channel, i), 2);
      }
      assertThat(inbox.hasRoom()).isTrue();
      inbox.awaitRoom();
      inbox.add(message(peer.channel, 19), 2);
      assertThat(inbox.hasRoom()).isFalse();
      FutureTask<Boolean> room =
          new FutureTask<>(() -> {
            inbox.awaitRoom();
            return true;
          });
      Thread waiting = Thread.ofPlatform().start(room);
      assertThat(waiting.join(Duration.ofMillis(200))).as("it is full").isFalse();
      assertThat(inbox.take().value()).isEqualTo(0);
      assertThat(room.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void divert_someOfVeryMany_keepsTheOrderOfBoth() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      Inbox inbox = new Inbox(1L << 40);
      int count = 300_000;
      for (int i = 0; i < count; i++) {
        inbox.add(message(peer.channel, i), 2);
      }
      List<Object> even = new ArrayList<>();
      inbox.divert(
          message -> (int) message.value() % 2 == 0,
          found -> found.forEach(entry -> even.add(entry.message().value())));
      for (int i = 0; i < count; i += 2) {
        assertThat((int) even.get(i / 2)).isEqualTo(i);
        assertThat((int) inbox.take().value()).isEqualTo(i + 1);
      }
    }
  }

  @Test
  void take_withoutALimitThatEverPasses_isAllowed() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      peer.write("1\n");
      assertThat(peer.channel.receive(ChronoUnit.FOREVER.getDuration()).orElseThrow().value())
          .isEqualTo(1);
    }
  }
}
