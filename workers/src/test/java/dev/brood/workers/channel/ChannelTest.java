package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A channel against a peer whose every byte the test decides. */
class ChannelTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private record Point(int x, int y) {}

  @Test
  void send_values_areWholeLines() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      assertThat(peer.channel.send(Map.of("a", 1))).isTrue();
      assertThat(peer.channel.send("two")).isTrue();
      assertThat(peer.channel.send(null)).isTrue();
      assertThat(peer.channel.send(new Point(3, 4))).isTrue();

      assertThat(peer.readLine()).isEqualTo("{\"a\":1}");
      assertThat(peer.readLine()).isEqualTo("\"two\"");
      assertThat(peer.readLine()).isEqualTo("null");
      assertThat(peer.readLine()).isEqualTo("{\"x\":3,\"y\":4}");
    }
  }

  @Test
  void receive_cutAnywhere_isWhole() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      peer.write("{\"x\":");
      peer.write("5,\"y\":6}\n\"next");
      assertThat(peer.channel.receive().as(Point.class)).isEqualTo(new Point(5, 6));
      peer.write("\"\n");
      assertThat(peer.channel.receive().text()).contains("next");
    }
  }

  @Test
  void as_fieldThatDoesNotFit_saysWhereOnOneLine() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      peer.write("{\"x\":5,\"y\":\"no number\"}\n");
      Message message = peer.channel.receive();
      assertThatThrownBy(() -> message.as(Point.class))
          .isInstanceOf(EncodingException.class)
          .hasMessageContaining("Point at y: ")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void receive_afterTheEnd_givesWhatCameThenFails() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      peer.write("1\n2\n{\"incomplete\":");
      peer.hangUp();

      assertThat(peer.channel.receive().value()).isEqualTo(1);
      assertThat(peer.channel.receive().value()).isEqualTo(2);
      assertThatThrownBy(peer.channel::receive).isInstanceOf(ChannelClosedException.class);
      peer.channel.onDisconnect().get(20, TimeUnit.SECONDS);
      assertThat(peer.channel.isConnected()).isFalse();
      assertThatThrownBy(() -> peer.channel.send("x")).isInstanceOf(ChannelClosedException.class);
    }
  }

  @Test
  void receive_withinALimit_isEmptyWhenNothingComes() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      assertThat(peer.channel.receive(Duration.ofMillis(20))).isEmpty();
    }
  }

  @Test
  void receive_malformedLine_isToldAndSkipped() throws Exception {
    LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
    try (RawPeer peer = RawPeer.json()) {
      Channel channel = peer.channel.onMalformed(reason -> told.add(reason.getMessage()));

      peer.write("undefined\n{oops\n7\n");

      assertThat(channel.receive().value()).isEqualTo(7);
      assertThat(told).hasSize(2);
    }
  }

  @Test
  void send_peerNeverReads_tellsAndIsBounded() throws Exception {
    ChannelOptions options =
        ChannelOptions.of(Codec.JSON).queueLimitBytes(1024 * 1024).whenFull(WhenFull.REFUSE);
    String text = "x".repeat(50_000);
    try (RawPeer peer = new RawPeer(options)) {
      boolean told = false;
      ChannelFullException refused = null;
      for (int i = 0; i < 1000 && refused == null; i++) {
        try {
          told |= !peer.channel.send(text);
        } catch (ChannelFullException e) {
          refused = e;
        }
      }
      assertThat(told).isTrue();
      assertThat(refused).isNotNull();
      assertThat(peer.channel.queuedBytes()).isBetween(900_000L, 1024 * 1024L);
      assertThat(peer.channel.flush(Duration.ofMillis(20))).isFalse();
    }
  }

  @Test
  void send_fullQueueThatBlocks_goesOnWhenThePeerReads() throws Exception {
    ChannelOptions options = ChannelOptions.of(Codec.JSON).queueLimitBytes(200_000);
    String text = "x".repeat(50_000);
    try (RawPeer peer = new RawPeer(options)) {
      CompletableFuture<Void> sender =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 40; i++) {
                  boolean unused = peer.channel.send(i + text);
                }
              },
              Thread::startVirtualThread);
      for (int i = 0; i < 40; i++) {
        assertThat(peer.readLine()).isEqualTo("\"" + i + text + "\"");
      }
      sender.get(20, TimeUnit.SECONDS);
      assertThat(peer.channel.flush(SOON)).isTrue();
    }
  }

  @Test
  void send_blockedAndInterrupted_failsWithTheFlagSet() throws Exception {
    ChannelOptions options = ChannelOptions.of(Codec.JSON).queueLimitBytes(1000);
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    try (RawPeer peer = new RawPeer(options)) {
      Thread sender =
          Thread.startVirtualThread(() -> {
            try {
              for (int i = 0; i < 1000; i++) {
                boolean unused = peer.channel.send("x".repeat(100_000));
              }
              flag.complete(false);
            } catch (ChannelFullException e) {
              flag.complete(Thread.currentThread().isInterrupted());
            }
          });
      while (peer.channel.queuedBytes() == 0) {
        Thread.onSpinWait();
      }
      sender.interrupt();
      assertThat(flag.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void send_tooLongMessage_isRefusedWithoutHarm() throws Exception {
    ChannelOptions options = ChannelOptions.of(Codec.JSON).messageLimitBytes(100);
    try (RawPeer peer = new RawPeer(options)) {
      assertThatThrownBy(() -> peer.channel.send("x".repeat(200)))
          .isInstanceOf(MessageTooLargeException.class)
          .hasMessageContaining("203 bytes");
      assertThat(peer.channel.send("ok")).isTrue();
      assertThat(peer.readLine()).isEqualTo("\"ok\"");
    }
  }

  @Test
  void send_manyThreads_neverMixLines() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      List<Thread> threads =
          java.util.stream.IntStream.range(0, 8)
              .mapToObj(number ->
                  Thread.startVirtualThread(() -> {
                    for (int i = 0; i < 200; i++) {
                      boolean unused = peer.channel.send(List.of(number, i, "x".repeat(i * 37)));
                    }
                  }))
              .toList();
      int[] next = new int[8];
      for (int i = 0; i < 1600; i++) {
        String line = peer.readLine();
        int number = line.charAt(1) - '0';
        assertThat(line)
            .isEqualTo(
                "[%d,%d,\"%s\"]".formatted(number, next[number], "x".repeat(next[number] * 37)));
        next[number]++;
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  @Test
  void request_reply_findsItsCaller() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      CompletableFuture<Message> first = peer.channel.requestAsync("a", SOON);
      CompletableFuture<Message> second = peer.channel.requestAsync("b", SOON);
      assertThat(peer.readLine()).isEqualTo("{\"brood\":\"request\",\"id\":1,\"body\":\"a\"}");
      assertThat(peer.readLine()).contains("\"id\":2");

      peer.write("{\"brood\":\"reply\",\"id\":2,\"body\":\"for b\"}\n");
      peer.write("{\"brood\":\"reply\",\"id\":1,\"error\":{\"message\":\"no a\"}}\n");

      assertThat(second.get(20, TimeUnit.SECONDS).value()).isEqualTo("for b");
      assertThatThrownBy(() -> first.get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(RequestFailedException.class)
          .hasMessageContaining("no a");
    }
  }

  @Test
  void request_noReply_endsWithItsLimitAndALateReplyIsDropped() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      assertThatThrownBy(() -> peer.channel.request("a", Duration.ofMillis(30)))
          .isInstanceOf(RequestTimeoutException.class)
          .hasMessageContaining("30 ms");
      peer.write("{\"brood\":\"reply\",\"id\":1,\"body\":\"late\"}\n\"next\"\n");
      assertThat(peer.channel.receive().value()).isEqualTo("next");
    }
  }

  @Test
  void flush_peerEndsWhenAllWasSent_saysYes() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      assertThat(peer.channel.send("a")).isTrue();
      assertThat(peer.readLine()).isEqualTo("\"a\"");
      peer.hangUp();
      peer.channel.onDisconnect().get(20, TimeUnit.SECONDS);

      peer.channel.disconnect();

      assertThat(peer.channel.flush(Duration.ofSeconds(20))).isTrue();
    }
  }

  @Test
  void request_limitThatIsOverAtOnce_endsEachTime() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      for (int i = 0; i < 1_000; i++) {
        assertThatThrownBy(() -> peer.channel.request("a", Duration.ofNanos(1)))
            .isInstanceOf(RequestTimeoutException.class);
      }
    }
  }

  @Test
  void request_peerGone_failsAtOnce() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      CompletableFuture<Message> reply = peer.channel.requestAsync("a", Duration.ofHours(1));
      peer.hangUp();
      assertThatThrownBy(() -> reply.get(20, TimeUnit.SECONDS))
          .cause()
          .isInstanceOf(ChannelClosedException.class);
      assertThatThrownBy(() -> peer.channel.request("b", Duration.ofHours(1)))
          .isInstanceOf(ChannelClosedException.class);
    }
  }

  @Test
  void onRequest_valueAndError_areReplied() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      Channel channel =
          peer.channel.onRequest(message -> {
            if (message.value().equals("bad")) {
              throw new IllegalArgumentException("too bad");
            }
            return List.of(message.value(), true);
          });
      assertThat(channel).isSameAs(peer.channel);

      peer.write("{\"brood\":\"request\",\"id\":9,\"body\":\"good\"}\n");
      assertThat(peer.readLine())
          .isEqualTo("{\"brood\":\"reply\",\"id\":9,\"body\":[\"good\",true]}");
      peer.write("{\"brood\":\"request\",\"id\":\"s\",\"body\":\"bad\"}\n");
      assertThat(peer.readLine())
          .startsWith("{\"brood\":\"reply\",\"id\":\"s\",\"error\":{\"message\":")
          .contains("too bad");
    }
  }

  @Test
  void request_withoutHandler_arrivesAsMessageAndIsAnsweredOnce() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      peer.write("{\"brood\":\"request\",\"id\":1,\"body\":[1]}\n");
      Message request = peer.channel.receive();
      assertThat(request.isRequest()).isTrue();
      assertThat(request.value()).isEqualTo(List.of(1));
      request.reply("done");
      assertThat(peer.readLine()).contains("\"body\":\"done\"");
      assertThatIllegalStateException().isThrownBy(() -> request.reply("again"));
    }
  }

  @Test
  void close_whileAllRequestsAreBusyAndOneMoreWaits_endsAtOnce() throws Exception {
    CountDownLatch busy = new CountDownLatch(Dispatch.MOST_REQUESTS);
    CompletableFuture<Object> free = new CompletableFuture<>();
    AtomicInteger asked = new AtomicInteger();
    try (RawPeer peer = RawPeer.json()) {
      Channel channel =
          peer.channel.onRequest(request -> {
            asked.incrementAndGet();
            busy.countDown();
            return free.join();
          });
      for (int i = 0; i < Dispatch.MOST_REQUESTS + 2; i++) {
        peer.write("{\"brood\":\"request\",\"id\":" + i + "}\n");
      }
      assertThat(busy.await(60, TimeUnit.SECONDS)).isTrue();
      channel.close();
      channel.onDisconnect().get(30, TimeUnit.SECONDS);
    } finally {
      free.complete("done");
    }
    assertThat(asked).hasValue(Dispatch.MOST_REQUESTS);
  }

  @Test
  void onMessage_handler_getsAllInOrderAndSurvivesItsOwnErrors() throws Exception {
    LinkedBlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    try (RawPeer peer = RawPeer.json()) {
      peer.write("1\n2\n");
      Channel channel =
          peer.channel.onMessage(message -> {
            seen.add(message.value());
            if (message.value().equals(2)) {
              throw new IllegalStateException("on purpose");
            }
          });
      peer.write("3\n");
      assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(3);
      assertThatIllegalStateException().isThrownBy(channel::receive);
      assertThatIllegalStateException().isThrownBy(() -> channel.onMessage(seen::add));
    }
  }

  @Test
  void on_verb_getsItsMessagesOnly() throws Exception {
    LinkedBlockingQueue<Object> beats = new LinkedBlockingQueue<>();
    try (RawPeer peer = RawPeer.json()) {
      Channel channel = peer.channel.on("beat", message -> beats.add(message.value()));
      peer.write("{\"brood\":\"beat\"}\n{\"brood\":\"other\"}\n");
      assertThat(beats.poll(20, TimeUnit.SECONDS)).isEqualTo(Map.of("brood", "beat"));
      assertThat(channel.receive().field("brood")).contains("other");
    }
  }

  @Test
  void internalMessages_ofTheRule_areHidden() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      peer.write("{\"cmd\":\"NODE_SOMETHING\"}\n{\"cmd\":\"NODE_\"}\n{\"cmd\":[\"NODE_X\"]}\n");
      peer.write("\"NODE_X\"\n{\"in\":{\"cmd\":\"NODE_X\"}}\n");

      assertThat(peer.channel.receive().value()).isEqualTo(Map.of("cmd", "NODE_"));
      assertThat(peer.channel.receive().value()).isEqualTo(Map.of("cmd", List.of("NODE_X")));
      assertThat(peer.channel.receive().value()).isEqualTo("NODE_X");
      assertThat(peer.channel.receive().field("in")).isPresent();
    }
  }

  @Test
  void inbox_full_holdsThePeerAndLosesNothing() throws Exception {
    ChannelOptions options = ChannelOptions.of(Codec.JSON).inboxLimitBytes(100_000);
    String text = "y".repeat(10_000);
    CountDownLatch written = new CountDownLatch(200);
    try (RawPeer peer = new RawPeer(options)) {
      Thread writer =
          Thread.startVirtualThread(() -> {
            try {
              for (int i = 0; i < 200; i++) {
                peer.write("\"" + i + text + "\"\n");
                written.countDown();
              }
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
      assertThat(written.await(300, TimeUnit.MILLISECONDS)).as("held back").isFalse();
      for (int i = 0; i < 200; i++) {
        assertThat(peer.channel.receive().value()).isEqualTo(i + text);
      }
      writer.join();
    }
  }

  @Test
  void disconnect_queuedMessages_goFirst() throws Exception {
    String text = "z".repeat(100_000);
    try (RawPeer peer = RawPeer.json()) {
      for (int i = 0; i < 20; i++) {
        boolean unused = peer.channel.send(i + text);
      }
      peer.channel.disconnect();
      peer.channel.disconnect();
      assertThat(peer.channel.isConnected()).isFalse();
      assertThatThrownBy(() -> peer.channel.send("x")).isInstanceOf(ChannelClosedException.class);
      for (int i = 0; i < 20; i++) {
        assertThat(peer.readLine()).isEqualTo("\"" + i + text + "\"");
      }
      assertThat(peer.readLine()).isNull();
      peer.write("\"last\"\n");
      assertThat(peer.channel.receive().value()).as("half-open").isEqualTo("last");
    }
  }

  @Test
  void close_fromAnotherThread_wakesReceivers() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      Thread receiver =
          Thread.startVirtualThread(() -> {
            try {
              Message unused = peer.channel.receive();
            } catch (InterruptedException | RuntimeException e) {
              failure.complete(e);
            }
          });
      peer.channel.close();
      peer.channel.close();
      assertThat(failure.get(20, TimeUnit.SECONDS)).isInstanceOf(ChannelClosedException.class);
      receiver.join();
      assertThat(peer.readLine()).isNull();
    }
  }

  @Test
  void message_thatContainsItself_hasABoundedText() throws Exception {
    ChannelOptions options = ChannelOptions.of(Codec.ADVANCED);
    Map<String, Object> circle = new HashMap<>(Map.of("a", 1));
    circle.put("self", circle);
    byte[] frame = Codec.ADVANCED.encode(circle);
    try (RawPeer peer = new RawPeer(options)) {
      peer.write(frame);
      assertThat(peer.channel.receive()).hasToString("Message[an object of 2]");
    }
  }
}
