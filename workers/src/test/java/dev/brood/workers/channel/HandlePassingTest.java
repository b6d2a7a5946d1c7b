package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.MemoryFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Descriptors and their acknowledgements, against a peer whose every byte the test decides. */
class HandlePassingTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String ACK = "{\"cmd\":\"NODE_HANDLE_ACK\"}\n";
  private static final String NACK = "{\"cmd\":\"NODE_HANDLE_NACK\"}\n";

  @Test
  void send_whileADescriptorIsUnacknowledged_isHeldBackInOrder() throws Exception {
    try (RawPeer peer = RawPeer.json();
        Handle server = Handle.listen(ANY_PORT, 10)) {
      assertThat(peer.channel.send("first", server)).isTrue();
      assertThat(peer.channel.send("second")).isTrue();
      assertThat(peer.channel.send("third", server)).isTrue();
      assertThat(peer.channel.send("fourth")).isTrue();

      assertThat(peer.readLine())
          .isEqualTo("{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Server\",\"msg\":\"first\"}");
      assertThat(peer.descriptors).hasSize(1);
      assertThat(peer.channel.queuedBytes()).as("the others wait").isPositive();
      assertThat(peer.channel.flush(Duration.ofMillis(20))).isFalse();
      peer.write(ACK);
      assertThat(peer.readLine()).isEqualTo("\"second\"");
      assertThat(peer.readLine()).contains("third");
      assertThat(peer.descriptors).hasSize(2);
      peer.write(ACK);
      assertThat(peer.readLine()).isEqualTo("\"fourth\"");
      assertThat(peer.channel.flush(SOON)).isTrue();
      assertThat(server.isClosed()).as("a server is shared").isFalse();
    }
  }

  @Test
  void receive_descriptor_isAcknowledgedEvenWhileOursIsNot() throws Exception {
    try (RawPeer peer = RawPeer.json();
        Handle server = Handle.listen(ANY_PORT, 10)) {
      assertThat(peer.channel.send("mine", server)).isTrue();
      assertThat(peer.readLine()).contains("mine");

      int copy = Descriptors.duplicate(server.descriptor(), 3);
      peer.write("{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Server\",\"msg\":{\"k\":1}}\n", copy);
      Descriptors.close(copy);

      assertThat(peer.readLine()).isEqualTo("{\"cmd\":\"NODE_HANDLE_ACK\"}");
      Message message = peer.channel.receive();
      assertThat(message.field("k")).contains(1);
      try (Handle received = message.handle().orElseThrow()) {
        assertThat(received.kind()).isEqualTo(Handle.Kind.SERVER);
        assertThat(received.localAddress()).isEqualTo(server.localAddress());
      }
      peer.write(ACK);
    }
  }

  @Test
  void receive_envelopeWithoutDescriptor_isRefusedAndDropped() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      peer.write("{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":1}\n\"after\"\n");
      assertThat(peer.readLine()).isEqualTo("{\"cmd\":\"NODE_HANDLE_NACK\"}");
      assertThat(peer.channel.receive().value()).isEqualTo("after");
    }
  }

  @Test
  void receive_envelopeSentAgain_isUnwrappedWithOneAnswer() throws Exception {
    try (RawPeer peer = RawPeer.json();
        Handle server = Handle.listen(ANY_PORT, 10)) {
      peer.write(
          "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":{\"cmd\":\"NODE_HANDLE\","
              + "\"type\":\"net.Server\",\"msg\":\"deep\"}}\n",
          server.descriptor());
      assertThat(peer.readLine()).isEqualTo("{\"cmd\":\"NODE_HANDLE_ACK\"}");
      Message message = peer.channel.receive();
      message.handle().orElseThrow().close();
      assertThat(message.value()).isEqualTo("deep");
      assertThat(peer.channel.send("next")).isTrue();
      assertThat(peer.readLine()).as("no second answer").isEqualTo("\"next\"");
    }
  }

  @Test
  void send_connectionNotTaken_isSentFourTimesThenGivenUp() throws Exception {
    try (RawPeer peer = RawPeer.json();
        Handle server = Handle.listen(ANY_PORT, 10);
        Handle client = Handle.connect(server.localAddress())) {
      Handle accepted = server.accept(SOON).orElseThrow();
      assertThat(peer.channel.send("take", accepted)).isTrue();
      assertThat(peer.channel.send("later")).isTrue();
      for (int i = 0; i < 4; i++) {
        assertThat(peer.readLine()).contains("\"msg\":\"take\"");
        peer.write(NACK);
      }
      assertThat(peer.readLine()).isEqualTo("\"later\"");
      assertThat(peer.descriptors).hasSize(4);
      assertThat(accepted.isClosed()).isTrue();
      assertThat(client.isClosed()).isFalse();
    }
  }

  @Test
  void send_connectionTaken_closesOurCopyUnlessItIsKept() throws Exception {
    try (RawPeer peer = RawPeer.json();
        Handle server = Handle.listen(ANY_PORT, 10);
        Handle one = Handle.connect(server.localAddress());
        Handle two = Handle.connect(server.localAddress());
        Handle kept = server.accept(SOON).orElseThrow().keepOpen()) {
      Handle given = server.accept(SOON).orElseThrow();
      assertThat(peer.channel.send(1, given)).isTrue();
      assertThat(peer.readLine()).contains("net.Socket");
      assertThat(given.isClosed()).as("until it is acknowledged").isFalse();
      peer.write(ACK);
      assertThat(peer.channel.flush(SOON)).isTrue();
      assertThat(given.isClosed()).isTrue();

      assertThat(peer.channel.send(2, kept)).isTrue();
      assertThat(peer.readLine()).contains("net.Socket");
      peer.write(ACK);
      assertThat(peer.channel.flush(SOON)).isTrue();
      assertThat(kept.isClosed()).isFalse();
      assertThat(one.isClosed() || two.isClosed()).isFalse();
    }
  }

  @Test
  void disconnect_unacknowledgedDescriptor_waitsForIt() throws Exception {
    try (RawPeer peer = RawPeer.json();
        Handle server = Handle.listen(ANY_PORT, 10)) {
      assertThat(peer.channel.send("s", server)).isTrue();
      assertThat(peer.channel.send("behind")).isTrue();
      peer.channel.disconnect();
      assertThat(peer.readLine()).contains("net.Server");
      peer.write(ACK);
      assertThat(peer.readLine()).isEqualTo("\"behind\"");
      assertThat(peer.readLine()).isNull();
    }
  }

  @Test
  void accounts_ofConnectionsWithAKey_areAnswered() throws Exception {
    try (RawPeer peer = RawPeer.json();
        Handle server = Handle.listen(ANY_PORT, 10);
        Handle client = Handle.connect(server.localAddress());
        Handle accepted = server.accept(SOON).orElseThrow()) {
      peer.write(
          "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":1,\"key\":\"k\"}\n",
          accepted.descriptor());
      assertThat(peer.readLine()).contains("ACK");
      Handle received = peer.channel.receive().handle().orElseThrow();
      assertThat(received.key()).contains("k");
      peer.write("{\"cmd\":\"NODE_SOCKET_GET_COUNT\",\"key\":\"k\"}\n");
      assertThat(peer.readLine())
          .isEqualTo("{\"cmd\":\"NODE_SOCKET_COUNT\",\"key\":\"k\",\"count\":1}");
      peer.write("{\"cmd\":\"NODE_SOCKET_NOTIFY_CLOSE\",\"key\":\"k\"}\n\"seen\"\n");
      assertThat(peer.channel.receive().value()).isEqualTo("seen");
      received.close();
      assertThat(peer.readLine()).isEqualTo("{\"cmd\":\"NODE_SOCKET_ALL_CLOSED\",\"key\":\"k\"}");
      assertThat(client.isClosed()).isFalse();
    }
  }

  @Test
  void accounts_ofAKeyWithoutConnections_areNotKeptAndAnsweredAllTheSame() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      peer.write("{\"cmd\":\"NODE_SOCKET_GET_COUNT\",\"key\":\"gone\"}\n");
      assertThat(peer.readLine())
          .isEqualTo("{\"cmd\":\"NODE_SOCKET_COUNT\",\"key\":\"gone\",\"count\":0}");
      peer.write("{\"cmd\":\"NODE_SOCKET_NOTIFY_CLOSE\",\"key\":\"gone\"}\n");
      assertThat(peer.readLine())
          .isEqualTo("{\"cmd\":\"NODE_SOCKET_ALL_CLOSED\",\"key\":\"gone\"}");
    }
  }

  @Test
  void send_connectionThatWaitsWhenThePeerGoes_isClosed() throws Exception {
    ChannelOptions oneAtATime = ChannelOptions.of(Codec.JSON).inboxLimitBytes(1);
    try (RawPeer peer = new RawPeer(oneAtATime);
        Handle server = Handle.listen(ANY_PORT, 10);
        Handle one = Handle.connect(server.localAddress());
        Handle two = Handle.connect(server.localAddress())) {
      Handle first = server.accept(SOON).orElseThrow();
      Handle second = server.accept(SOON).orElseThrow();
      assertThat(peer.channel.send(1, first)).isTrue();
      assertThat(peer.channel.send(2, second)).isTrue();
      assertThat(peer.readLine()).contains("net.Socket");
      // The channel stops reading at the second message, and finds the rest when nobody is there.
      peer.write("\"a\"\n\"stops\"\n" + ACK);
      peer.hangUp();
      assertThat(peer.channel.receive().value()).isEqualTo("a");
      assertThat(peer.channel.receive().value()).isEqualTo("stops");
      peer.channel.onDisconnect().get(20, TimeUnit.SECONDS);
      assertThat(first.isClosed()).isTrue();
      assertThat(second.isClosed()).isTrue();
      assertThat(one.isClosed() || two.isClosed()).isFalse();
    }
  }

  @Test
  void receive_strayAcknowledgement_isMalformedAndHarmless() throws Exception {
    LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
    try (RawPeer peer = RawPeer.json()) {
      Channel channel = peer.channel.onMalformed(reason -> told.add(reason.getMessage()));
      peer.write(ACK + "\"next\"\n");
      assertThat(channel.receive().value()).isEqualTo("next");
      assertThat(told.poll(20, TimeUnit.SECONDS)).contains("acknowledgement");
    }
  }

  @Test
  void receive_moreDescriptorsThanMessages_areBoundedAndClosedAtTheEnd() throws Exception {
    try (RawPeer peer = RawPeer.json();
        Handle server = Handle.listen(ANY_PORT, 10)) {
      for (int i = 0; i < 2 * ArrivedDescriptors.MOST; i++) {
        peer.write("\"x\"\n", server.descriptor());
      }
      for (int i = 0; i < 2 * ArrivedDescriptors.MOST; i++) {
        assertThat(peer.channel.receive().value()).isEqualTo("x");
      }
      peer.write("{\"cmd\":\"NODE_HANDLE\",\"type\":\"what\",\"msg\":1}\n\"end\"\n");
      assertThat(peer.readLine()).contains("ACK");
      assertThat(peer.channel.receive().value()).isEqualTo("end");
    }
  }

  @Test
  void receive_descriptorWithAnAnswerOfTheProtocol_isClosed() throws Exception {
    try (RawPeer peer = RawPeer.json();
        Handle server = Handle.listen(ANY_PORT, 10)) {
      peer.channel.onMalformed(reason -> {});
      for (String command : Internal.CARRY_NO_HANDLE) {
        peer.write(
            "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":{\"cmd\":\"%s\"}}\n"
                .formatted(command),
            server.descriptor());
        assertThat(peer.readLine()).contains("ACK");
      }
      peer.write("\"end\"\n");
      assertThat(peer.channel.receive().value()).isEqualTo("end");
    }
  }

  @Test
  void send_handleThatIsClosed_isATypedError() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      Handle server = Handle.listen(ANY_PORT, 10);
      server.close();
      assertThatThrownBy(() -> peer.channel.send("x", server)).isInstanceOf(HandleException.class);
      assertThat(peer.channel.send("y")).isTrue();
      assertThat(peer.readLine()).isEqualTo("\"y\"");
    }
  }

  @Test
  void filesPipesAndMemory_inTheBinaryCodec_arriveAsWhatTheyAre(@TempDir Path directory)
      throws Exception {
    Path path = Files.writeString(directory.resolve("file"), "of a file");
    int[] ends = new int[2];
    int[] pipe = new int[2];
    assertThat(Descriptors.socketPair(ends)).isZero();
    assertThat(Descriptors.pipe(pipe)).isZero();
    int file = Descriptors.open(path.toString(), Descriptors.O_RDWR, 0);
    try (Channel here = Channel.adopt(ends[0], ChannelOptions.of(Codec.BINARY));
        Channel there = Channel.adopt(ends[1], ChannelOptions.of(Codec.BINARY))) {
      try (Handle one = Handle.of(file, Handle.Kind.FILE);
          Handle two = Handle.of(pipe[0], Handle.Kind.PIPE);
          Handle three = Handle.of(MemoryFile.ofSize("brood-test", 4096), Handle.Kind.MEMORY)) {
        assertThat(here.send("file", one)).isTrue();
        assertThat(here.send("pipe", two)).isTrue();
        assertThat(here.send("memory", three)).isTrue();
      } // what is shared may be closed as soon as it is sent
      try (Handle arrived = received(there, "file", Handle.Kind.FILE)) {
        assertThat(Path.of("/proc/self/fd", "" + arrived.descriptor())).hasContent("of a file");
      }
      try (Handle arrived = received(there, "pipe", Handle.Kind.PIPE)) {
        assertThat(Descriptors.write(pipe[1], new byte[] {'p'}, 0, 1)).isEqualTo(1);
        assertThat(Descriptors.close(pipe[1])).isZero();
        assertThat(arrived.input().readAllBytes()).containsExactly('p');
      }
      try (Handle arrived = received(there, "memory", Handle.Kind.MEMORY)) {
        assertThat(Files.size(Path.of("/proc/self/fd", "" + arrived.descriptor()))).isEqualTo(4096);
      }
    }
  }

  private static Handle received(Channel channel, String text, Handle.Kind kind) throws Exception {
    Message message = channel.receive(SOON).orElseThrow();
    assertThat(message.value()).isEqualTo(text);
    Handle handle = message.handle().orElseThrow();
    assertThat(handle.kind()).isEqualTo(kind);
    return handle;
  }
}
