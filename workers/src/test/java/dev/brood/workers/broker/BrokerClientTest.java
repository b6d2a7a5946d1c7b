package dev.brood.workers.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.testkit.Census;
import dev.brood.workers.broker.BrokerException.Problem;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.RequestFailedException;
import dev.brood.workers.channel.RequestTimeoutException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Census.Extension.class)
class BrokerClientTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final BlockingQueue<Letter> letters = new LinkedBlockingQueue<>();
  private Broker broker;
  private Channel[] one;
  private Channel[] two;

  @BeforeEach
  void connect() {
    broker = Broker.open();
    one = pair();
    two = pair();
    broker.join("one", one[0]);
    broker.join("two", two[0]);
  }

  @AfterEach
  void close() {
    broker.close();
    for (Channel[] ends : new Channel[][] {one, two}) {
      ends[0].close();
      ends[1].close();
    }
  }

  @Test
  void letters_ofAllKinds_arriveInOrder() throws Exception {
    BlockingQueue<PresenceEvent> here = new LinkedBlockingQueue<>();
    try (BrokerClient first = BrokerClient.of(one[1]);
        BrokerClient second =
            BrokerClient.of(two[1]).onLetter(letters::add).onPresence(here::add)) {
      second.subscribe("a.*");
      second.subscribe("b", "group");
      second.subscribe("c");
      second.unsubscribe("c");
      assertThat(second.start()).isSameAs(second); // asks who is here, after what was before
      assertThat(poll(here)).isEqualTo(new PresenceEvent.Joined("one"));
      assertThat(poll(here)).isEqualTo(new PresenceEvent.Joined("two"));
      first.publish("a.x", 1);
      first.publish("c", 2);
      first.publish("b", 3);
      first.send("two", 4);
      first.broadcast(5);
      assertThat(poll(letters)).isEqualTo(Letter.published("one", "a.x", 1));
      assertThat(poll(letters)).isEqualTo(Letter.published("one", "b", 3));
      assertThat(poll(letters)).isEqualTo(Letter.of(Letter.Kind.SENT, "one", null, 4));
      assertThat(poll(letters)).isEqualTo(Letter.of(Letter.Kind.BROADCAST, "one", null, 5));
      assertThat(broker.leave("one")).isTrue();
      assertThat(poll(here)).isEqualTo(new PresenceEvent.Left("one"));
    }
  }

  @Test
  void request_toAnotherChild_saysWhoAsks() throws Exception {
    Channel unused =
        two[1].onRequest(message -> {
          if (message.value() == null) {
            throw new IllegalArgumentException("nothing asked");
          }
          return message.from().orElse("the parent") + " asks " + message.value();
        });
    try (BrokerClient first = BrokerClient.of(one[1])) {
      assertThat(first.request("two", "why", LIMIT).value()).isEqualTo("one asks why");
      assertThat(broker.request("two", "how", LIMIT).value()).isEqualTo("the parent asks how");
      assertThatThrownBy(() -> first.request("two", null, LIMIT))
          .isInstanceOf(RequestFailedException.class)
          .hasMessageContaining("nothing asked");
      assertThatThrownBy(() -> first.request("three", 1, LIMIT))
          .isInstanceOfSatisfying(
              RequestFailedException.class, e -> assertThat(e.errorName()).hasValue("UnknownName"));
    }
  }

  @Test
  void request_parentDoesNotRead_failsInTime() throws Exception {
    int[] ends = new int[2];
    assertThat(Descriptors.socketPair(ends)).isZero();
    ChannelOptions options = ChannelOptions.of(Codec.JSON).queueLimitBytes(100_000);
    try (Channel channel = Channel.adopt(ends[0], options);
        BrokerClient client = BrokerClient.of(channel)) {
      boolean light = channel.send("x".repeat(1_000_000)); // more than the kernel takes
      assertThat(light).isFalse();
      FutureTask<Message> asking =
          new FutureTask<>(() -> client.request("two", "why", Duration.ofMillis(200)));
      Thread.ofVirtual().start(asking);
      assertThatThrownBy(() -> asking.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(RequestTimeoutException.class);
    } finally {
      Descriptors.close(ends[1]);
    }
  }

  @Test
  void onLetter_handlerEndsWithAnError_getsTheNextLetter() throws Exception {
    try (BrokerClient first =
        BrokerClient.of(one[1])
            .onLetter(letter -> {
              letters.add(letter);
              throw new LinkageError("by the test");
            })
            .start()) {
      for (int i = 0; i < 3; i++) {
        assertThat(broker.send("one", i)).isTrue();
        assertThat(poll(letters).body()).isEqualTo(i);
      }
      first.publish("a", 1);
    }
  }

  @Test
  void close_channelWhileTheHandlerIsStuckAndMoreWaitsThanMay_endsIt() throws Exception {
    CompletableFuture<Void> go = new CompletableFuture<>();
    try (BrokerClient first = BrokerClient.of(one[1]).onLetter(letter -> go.join()).start()) {
      int more = ClientInbox.LIMIT + 2; // one is handled, and one waits to be added
      for (int i = 0; i < more; i++) {
        assertThat(broker.send("one", i)).isTrue();
      }
      while (one[1].receivedCount() < more) {
        Thread.onSpinWait();
      }
      one[1].close();
      one[1].onDisconnect().get(30, TimeUnit.SECONDS);
      assertThatThrownBy(() -> first.publish("a", 1)).isInstanceOf(ChannelClosedException.class);
    } finally {
      go.complete(null);
    }
  }

  @Test
  void refusal_isTold() throws Exception {
    BlockingQueue<BrokerException> refused = new LinkedBlockingQueue<>();
    try (BrokerClient first = BrokerClient.of(one[1]).onRefused(refused::add).start()) {
      first.publish("a..b", 1);
      assertThat(poll(refused).problem()).isEqualTo(Problem.BAD_TOPIC);
      first.subscribe("#.a");
      assertThat(poll(refused)).hasMessageStartingWith("subscribe: ");
    }
  }

  @Test
  void handle_sentByName_belongsToItsHandler() throws Exception {
    BlockingQueue<Handle> handles = new LinkedBlockingQueue<>();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (BrokerClient first = BrokerClient.of(one[1]);
        BrokerClient second =
            BrokerClient.of(two[1])
                .onLetter(letters::add)
                .onHandle((letter, handle) -> handles.add(handle))
                .start();
        Handle server = Handle.listen(any, 8)) {
      first.send("two", "yours", server);
      try (Handle arrived = poll(handles)) {
        assertThat(arrived.localAddress()).isEqualTo(server.localAddress());
      }
      second.publish("nobody.listens", 1);
      assertThat(letters).isEmpty();
    }
  }

  @Test
  void letters_thatComeBeforeTheStart_areHeard() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(broker.send("one", i)).isTrue();
    }
    broker.broadcast(5);
    try (BrokerClient first = BrokerClient.of(one[1]).onLetter(letters::add)) {
      assertThat(broker.send("one", 6)).isTrue();
      assertThat(first.start()).isSameAs(first);
      assertThat(broker.send("one", 7)).isTrue();
      for (int i = 0; i < 8; i++) {
        assertThat(poll(letters).body()).isEqualTo(i);
      }
    }
  }

  @Test
  void letters_thatComeBeforeTheStart_areHeardAlsoAfterTheEnd() throws Exception {
    for (int i = 0; i < 2 * ClientInbox.LIMIT; i++) {
      assertThat(broker.send("one", i)).isTrue();
      while (one[1].receivedCount() <= i) {
        Thread.onSpinWait();
      }
    }
    try (BrokerClient first = BrokerClient.of(one[1]).onLetter(letters::add)) {
      one[0].disconnect();
      one[1].onDisconnect().get(30, TimeUnit.SECONDS);
      assertThat(first.start()).isSameAs(first);
      for (int i = 0; i < 2 * ClientInbox.LIMIT; i++) {
        assertThat(poll(letters).body()).isEqualTo(i);
      }
    }
  }

  @Test
  void channel_thatEnds_endsTheClient() throws Exception {
    try (BrokerClient first = BrokerClient.of(one[1]).onLetter(letters::add).start()) {
      assertThatThrownBy(() -> first.onLetter(letters::add))
          .isInstanceOf(IllegalStateException.class);
      assertThat(broker.send("one", 1)).isTrue();
      assertThat(poll(letters).body()).isEqualTo(1);
      one[0].close();
      one[1].onDisconnect().get(30, TimeUnit.SECONDS);
      assertThatThrownBy(() -> first.publish("a", 1)).hasMessageContaining("cannot send");
      assertThatThrownBy(() -> BrokerClient.of(one[1])).isInstanceOf(IllegalStateException.class);
    }
  }

  private static Channel[] pair() {
    int[] ends = new int[2];
    assertThat(Descriptors.socketPair(ends)).isZero();
    ChannelOptions options = ChannelOptions.of(Codec.JSON);
    return new Channel[] {Channel.adopt(ends[0], options), Channel.adopt(ends[1], options)};
  }

  private static <T> T poll(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(30, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }
}
