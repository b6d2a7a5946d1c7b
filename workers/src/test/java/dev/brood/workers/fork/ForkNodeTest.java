package dev.brood.workers.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.process.SpawnException;
import dev.brood.process.Stdio;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unmodified Node scripts as children. */
@SuppressWarnings("try") // closing early is what is tested
class ForkNodeTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  /** Which {@code node} it is. */
  Command runtime(Command command) {
    return command;
  }

  private Fork child() throws URISyntaxException {
    Path script =
        Path.of(Objects.requireNonNull(ForkNodeTest.class.getResource("child.js")).toURI());
    return Fork.node(script.toString()).command(this::runtime);
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "advanced"})
  void send_valuesOfEverySize_comeBack(String codec) throws Exception {
    try (ForkedChild child = child().codec(Codec.named(codec)).spawn()) {
      for (Object value :
          List.of(
              1,
              -2.5,
              true,
              "text \u00e9 \u2028 \ud83d\ude00",
              List.of(1, "a"),
              Map.of("k", "v"))) {
        assertThat(child.send(value)).isTrue();
        assertThat(received(child).field("echo")).contains(value);
      }
      String large = "0123456789".repeat(1_000_000);
      boolean unused = child.send(large);
      assertThat(received(child).field("echo")).contains(large);
    }
  }

  @Test
  void request_ofANodeChild_isReplied() throws Exception {
    try (ForkedChild child = child().spawn()) {
      assertThat(child.request(List.of(1, 2), SOON).field("echo")).contains(List.of(1, 2));
    }
  }

  @Test
  void receive_fromAScriptThatIsNotThere_failsAndNamesTheChild() throws Exception {
    Fork fork = Fork.node("no-such-script.js").command(this::runtime);
    try (ForkedChild child = fork.command(c -> c.stderr(Stdio.none())).spawn()) {
      assertThatThrownBy(child::receive)
          .isInstanceOf(ChannelClosedException.class)
          .hasMessageContaining("child-" + child.pid());
    }
  }

  @Test
  void environment_ofTheScript_hasNothingOfTheChannel() throws Exception {
    try (ForkedChild child = child().channelAt(7).spawn()) {
      boolean unused = child.send("environment");
      assertThat(received(child).value()).isEqualTo(List.of());
    }
  }

  @Test
  void sendServer_toNode_isServedThere() throws Exception {
    try (ForkedChild child = child().spawn();
        Handle server = Handle.listen(ANY_PORT, 10)) {
      boolean unused = child.send("server", server);
      int port = ((InetSocketAddress) server.localAddress()).getPort();
      assertThat(received(child).field("listening")).contains(port);
      assertThat(readAll(server.localAddress())).isEqualTo("served by " + child.pid());
    }
  }

  @Test
  void sendSocket_toNode_isContinuedThere() throws Exception {
    try (ForkedChild child = child().spawn();
        Handle server = Handle.listen(ANY_PORT, 10);
        Handle client = Handle.connect(server.localAddress())) {
      Handle accepted = server.accept(SOON).orElseThrow();
      accepted.output().write("begun, ".getBytes(StandardCharsets.UTF_8));
      boolean unused = child.send("pleasure", accepted);
      assertThat(text(client)).isEqualTo("begun, continued with pleasure");
      client.close();
      assertThat(received(child).value()).isEqualTo("closed");
      assertThat(accepted.isClosed()).isTrue();
    }
  }

  @Test
  void sendDatagramSocket_toNode_isUsedThere() throws Exception {
    try (ForkedChild child = child().spawn();
        Handle datagram = Handle.datagram(ANY_PORT);
        DatagramChannel client = DatagramChannel.open()) {
      boolean unused = child.send("datagram", datagram);
      SocketAddress address = datagram.localAddress();
      assertThat(received(child).value())
          .isEqualTo("bound " + ((InetSocketAddress) address).getPort());
      datagram.close();
      client.send(ByteBuffer.wrap("hi".getBytes(StandardCharsets.UTF_8)), address);
      ByteBuffer answer = ByteBuffer.allocate(100);
      assertThat(client.receive(answer)).isEqualTo(address);
      assertThat(new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8))
          .isEqualTo("got hi");
    }
  }

  @Test
  void receiveServer_fromNode_servesHere() throws Exception {
    try (ForkedChild child = child().spawn()) {
      boolean unused = child.send("give server");
      Message message = received(child);
      assertThat(message.value()).isEqualTo("server");
      try (Handle server = message.handle().orElseThrow()) {
        assertThat(server.kind()).isEqualTo(Handle.Kind.SERVER);
        assertThat(child.child().kill().signals()).contains(Signal.KILL); // it would serve, too
        assertThat(child.await(SOON)).isPresent();
        try (Handle client = Handle.connect(server.localAddress())) {
          try (Handle accepted = server.accept(SOON).orElseThrow()) {
            accepted.output().write("served here".getBytes(StandardCharsets.UTF_8));
          }
          assertThat(text(client)).isEqualTo("served here");
        }
      }
    }
  }

  @Test
  void receiveDatagramSocket_fromNode_isTheSameSocket() throws Exception {
    try (ForkedChild child = child().spawn()) {
      boolean unused = child.send("give datagram");
      Message message = received(child);
      try (Handle datagram = message.handle().orElseThrow()) {
        assertThat(datagram.kind()).isEqualTo(Handle.Kind.DATAGRAM);
        assertThat(((InetSocketAddress) datagram.localAddress()).getPort())
            .isEqualTo(message.field("port").orElseThrow());
      }
    }
  }

  @Test
  void receiveSocket_fromNode_isContinuedHere() throws Exception {
    try (ForkedChild child = child().spawn()) {
      boolean unused = child.send("give socket");
      int port = (Integer) received(child).field("port").orElseThrow();
      try (Handle client =
          Handle.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
        try (Handle accepted = received(child).handle().orElseThrow()) {
          accepted.output().write("from Java".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(text(client)).isEqualTo("from Java");
      }
    }
  }

  @Test
  void disconnect_childWithNothingElse_endsByItself() throws Exception {
    try (ForkedChild child = child().spawn()) {
      boolean unused = child.send("before");
      child.disconnect();
      assertThat(received(child).field("echo")).contains("before");
      assertThat(child.await(SOON)).contains(new Exit.Exited(0));
      child.channel().onDisconnect().get(20, TimeUnit.SECONDS);
      assertThatThrownBy(child::receive).isInstanceOf(ChannelClosedException.class);
    }
  }

  @Test
  void disconnect_byTheChild_isSeenAndTheChildEnds() throws Exception {
    try (ForkedChild child = child().spawn()) {
      boolean unused = child.send("leave");
      child.channel().onDisconnect().get(20, TimeUnit.SECONDS);
      assertThat(child.await(SOON)).contains(new Exit.Exited(0));
    }
  }

  @Test
  void stop_politeChild_endsWithoutASignal() throws Exception {
    try (ForkedChild child = child().toldGrace(SOON).spawn()) {
      boolean unused = child.send("x");
      assertThat(received(child).field("echo")).contains("x");
      assertThat(child.stop().signals()).isEmpty();
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void stop_childThatIgnoresTheEnd_isSignalled() throws Exception {
    Fork stubborn =
        Fork.of(runtime(Command.of("node", "-e", "setInterval(() => {}, 1000)")))
            .toldGrace(Duration.ofMillis(50));
    try (ForkedChild child = stubborn.spawn()) {
      assertThat(child.stop(SOON).signals()).contains(Signal.TERM);
      assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.TERM, false));
    }
  }

  @Test
  void spawn_codecThatNodeDoesNotKnow_isRefusedBeforeTheStart() {
    assertThatThrownBy(() -> child().codec(Codec.BINARY).spawn())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cbor")
        .hasMessageContaining("node");
  }

  @Test
  void spawn_missingProgram_leavesNothingOpen() {
    assertThatThrownBy(Fork.of(Command.of("no-such-program-of-brood"))::spawn)
        .isInstanceOf(SpawnException.class)
        .hasMessageContaining("ENOENT");
  }

  @Test
  void streams_ofAFork_areTheCommands() throws Exception {
    Fork fork =
        Fork.of(runtime(Command.of("node", "-e", "console.log(process.connected)")))
            .command(command -> command.stdout(Stdio.pipe()));
    try (ForkedChild child = fork.spawn()) {
      assertThat(child.child().stdout().readLine()).isEqualTo("true");
      assertThat(child.await(SOON)).contains(new Exit.Exited(0));
    }
  }

  private static Message received(ForkedChild child) throws InterruptedException {
    return child.receive(SOON).orElseThrow(() -> new AssertionError("no message came"));
  }

  private static String readAll(SocketAddress address) throws Exception {
    try (Handle client = Handle.connect(address)) {
      return text(client);
    }
  }

  private static String text(Handle connection) throws Exception {
    return new String(connection.input().readAllBytes(), StandardCharsets.UTF_8);
  }
}
