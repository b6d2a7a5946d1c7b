package dev.brood.workers.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.ChannelFullException;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.RequestTimeoutException;
import dev.brood.workers.channel.WhenFull;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Children that flood, that do not read, and that go in the middle of something. */
@Timeout(150)
class ChannelDeathsTest {
  private static final int MIB = 1024 * 1024;
  private static final ChannelOptions JSON = ChannelOptions.of(Codec.JSON);

  /** Stops the reader after the first message until somebody receives. */
  private static final ChannelOptions ONE_AT_A_TIME = JSON.inboxLimitBytes(1);

  private static final String NET = "const net = require('net');";

  /** Two messages of which no read can take more than the first and a part of the second. */
  private static final String STOP_THE_READER =
      "process.send('first'); process.send('x'.repeat(128 * 1024));";

  // A child that floods -------------------------------------------------------------------------

  @Test
  void flood_ofAChildThatBlocks_isHeldByTheKernelAndNothingIsLost() throws Exception {
    String flood =
        """
        exec awk 'BEGIN {
          pad = sprintf("%100s", "");
          for (i = 0; i < 150000; i++) printf "{\\"n\\":%d,\\"pad\\":\\"%s\\"}\\n", i, pad
        }' >&3
        """;
    try (ForkedChild child = Forked.shell(flood).options(JSON.inboxLimitBytes(MIB)).spawn()) {
      long written = Forked.stalledAfter(child, MIB / 2);

      assertThat(written).isLessThan(3 * MIB);
      assertThat(child.child().isAlive()).isTrue();
      for (int i = 0; i < 150_000; i++) {
        assertThat(((Map<?, ?>) Forked.next(child)).get("n")).isEqualTo(i);
      }
      assertThat(Forked.rest(child)).isEmpty();
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void flood_ofNode_arrivesWholeAndInOrder() throws Exception {
    String flood =
        """
        const pad = 'x'.repeat(1000);
        for (let n = 0; n < 20000; n++) process.send({ n, pad });
        """;
    try (ForkedChild child = Forked.node(flood).options(JSON.inboxLimitBytes(100_000)).spawn()) {
      List<Object> numbers =
          Forked.rest(child).stream().<Object>map(v -> ((Map<?, ?>) v).get("n")).toList();
      assertThat(numbers).isEqualTo(IntStream.range(0, 20_000).boxed().toList());
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void flood_withoutAReceiver_endsWithTheChannel() throws Exception {
    Fork flooding = Forked.shell("exec yes 12345678 >&3").options(JSON.inboxLimitBytes(100_000));
    try (ForkedChild child = flooding.spawn()) {
      long written = Forked.stalledAfter(child, 100_000);
      assertThat(written).isLessThan(2 * MIB);
      child.channel().close();
      assertThat(child.await().success()).as("EPIPE or ECONNRESET ends it").isFalse();
    }
  }

  // A child that never reads --------------------------------------------------------------------

  @Test
  void send_toAChildThatNeverReads_isRefusedBeyondTheLimit() throws Exception {
    ChannelOptions options = JSON.queueLimitBytes(MIB).whenFull(WhenFull.REFUSE);
    Fork deaf = Forked.shell("exec sleep 60").options(options).toldGrace(Duration.ZERO);
    try (ForkedChild child = deaf.spawn()) {
      int accepted = sendUntilRefused(child);

      assertThat(accepted).isBetween(20, 60);
      assertThat(child.channel().queuedBytes()).isBetween(900_000L, (long) MIB);
      assertThatThrownBy(() -> child.request("x".repeat(100_000), Duration.ofSeconds(20)))
          .isInstanceOf(ChannelFullException.class);
      assertThat(child.channel().flush(Duration.ofMillis(10))).isFalse();
      child.child().kill();
      child.channel().onDisconnect().get(60, TimeUnit.SECONDS);
      assertThat(child.channel().queuedBytes()).isZero();
      child.channel().disconnect();
      assertThat(child.channel().flush(Forked.LIMIT)).as("all was sent").isFalse();
    }
  }

  @Test
  void send_toANodeThatIsStopped_arrivesInOrderWhenItGoesOn() throws Exception {
    ChannelOptions options = JSON.queueLimitBytes(MIB).whenFull(WhenFull.REFUSE);
    String collect =
        """
        const numbers = [];
        process.on('message', (m) => (m.ask ? process.send(numbers) : numbers.push(m.number)));
        process.send('ready');
        """;
    try (ForkedChild child = Forked.node(collect).options(options).spawn()) {
      assertThat(Forked.next(child)).isEqualTo("ready");
      assertThat(child.child().signal(Signal.STOP)).isTrue();
      Forked.await("it is stopped", () -> Forked.state(child) == 'T');

      int accepted = sendUntilRefused(child);
      assertThat(child.child().signal(Signal.CONT)).isTrue();

      assertThat(child.channel().flush(Forked.LIMIT)).isTrue();
      assertThat(child.send(Map.of("ask", true))).isTrue();
      assertThat(Forked.next(child)).isEqualTo(IntStream.range(0, accepted).boxed().toList());
    }
  }

  @Test
  void request_toAChildThatNeverReadsWithAFullQueue_timesOut() throws Exception {
    Fork deaf = Forked.shell("exec sleep 60").options(JSON.queueLimitBytes(100_000));
    try (ForkedChild child = deaf.toldGrace(Duration.ZERO).spawn()) {
      child.send("x".repeat(500_000));
      assertThatThrownBy(() -> child.request("?", Duration.ofMillis(200)))
          .isInstanceOf(RequestTimeoutException.class);
      assertThat(child.channel().isConnected()).isTrue();
    }
  }

  @Test
  void stop_ofAChildThatNeverReadsWithAFullQueue_ends() {
    Fork deaf = Forked.shell("exec sleep 60").options(JSON.queueLimitBytes(100_000));
    Fork fork = deaf.stopMessage("stop").toldGrace(Duration.ofMillis(200));
    try (ForkedChild child = fork.spawn()) {
      child.send("x".repeat(500_000));
      assertThat(child.stop().signals()).containsExactly(Signal.TERM);
    }
  }

  private static int sendUntilRefused(ForkedChild child) {
    String pad = "x".repeat(30_000);
    boolean told = false;
    for (int number = 0; number < 10_000; number++) {
      try {
        boolean room = child.send(Map.of("number", number, "pad", pad));
        told |= !room;
      } catch (ChannelFullException e) {
        assertThat(told).as("the sender was told that its messages queue").isTrue();
        return number;
      }
    }
    throw new AssertionError("never refused");
  }

  // A child that dies in the middle of a message ------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "json,     '1\\n\"two\"\\n{\"three\":'",
    "advanced, '\\000\\000\\000\\004\\377\\017I\\002\\000\\000\\000\\007\\377\\017\"\\003two"
        + "\\000\\000\\001\\000\\377\\017'",
    "cbor,     '\\000\\000\\000\\001\\001\\000\\000\\000\\004ctwo\\000\\000\\000\\002a'",
  })
  void deathInsideAMessage_inEveryCodec_dropsOnlyThat(String mode, String bytes) throws Exception {
    Fork dying = Forked.shell("printf '" + bytes + "' >&3; kill -9 $$");
    try (ForkedChild child = dying.codec(Codec.named(mode)).spawn()) {
      assertThat(Forked.rest(child)).containsExactly(1, "two");
      assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.KILL, false));
      assertThatThrownBy(() -> child.send("x")).isInstanceOf(ChannelClosedException.class);
    }
  }

  @Test
  void killInsideALongMessage_whatCameBefore_isDelivered() throws Exception {
    String script =
        """
        process.send('first'); process.send('second');
        process.send('x'.repeat(20 * 1024 * 1024));
        process.stdin.resume();
        """;
    try (ForkedChild child =
        Forked.node(script)
            .options(ONE_AT_A_TIME)
            .command(command -> command.stdin(Stdio.pipe()))
            .spawn()) {
      Forked.await("the long one has begun", () -> Forked.writtenBytes(child) > 200_000);
      assertThat(child.child().signal(Signal.KILL)).isTrue();
      assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.KILL, false));
      assertThat(Forked.rest(child)).containsExactly("first", "second");
    }
  }

  // Descriptors in flight -----------------------------------------------------------------------

  @Test
  void kill_withConnectionsOnTheirWayToTheChild_closesAllOfThem() throws Exception {
    String script = "process.on('message', () => {}); process.send('ready')";
    try (ForkedChild child = Forked.node(script).spawn();
        Handle server = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 16)) {
      assertThat(Forked.next(child)).isEqualTo("ready");
      assertThat(child.child().signal(Signal.STOP)).isTrue();
      Forked.await("it is stopped", () -> Forked.state(child) == 'T');
      List<Handle> clients = new ArrayList<>();
      List<Handle> given = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        clients.add(Handle.connect(server.localAddress()));
        given.add(server.accept());
        child.send(i, given.get(i));
      }
      child.send("and the server", server);
      assertThat(given).noneMatch(Handle::isClosed);

      assertThat(child.child().signal(Signal.KILL)).isTrue();

      child.channel().onDisconnect().get(60, TimeUnit.SECONDS);
      assertThat(given).allMatch(Handle::isClosed);
      for (Handle client : clients) {
        assertThat(client.input().read()).isEqualTo(-1);
        client.close();
      }
      assertThat(server.isClosed()).as("a server is shared, not given").isFalse();
    }
  }

  @Test
  void kill_withAConnectionInsideALongMessage_closesIt() throws Exception {
    Fork deaf = Forked.shell("exec sleep 60");
    try (ForkedChild child = deaf.spawn();
        Handle server = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 16);
        Handle client = Handle.connect(server.localAddress())) {
      Handle given = server.accept();
      child.send("x".repeat(2 * MIB), given);
      assertThat(child.channel().queuedBytes()).isPositive();

      child.child().kill();

      child.channel().onDisconnect().get(60, TimeUnit.SECONDS);
      assertThat(given.isClosed()).isTrue();
      assertThat(client.input().read()).isEqualTo(-1);
    }
  }

  @Test
  void kill_withServersOnTheirWayFromTheChild_leavesWhatArrivedUsable() throws Exception {
    String script =
        NET
            + """
            let n = 0;
            const more = () => {
              const server = net.createServer().listen(0, '127.0.0.1', () => {
                process.send(server.address().port, server);
                if (++n < 10) more(); else process.stdout.write('sent');
              });
            };
            more();
            """;
    try (ForkedChild child =
        Forked.node(script).command(command -> command.stdout(Stdio.pipe())).spawn()) {
      awaitSent(child);
      Message first = child.receive(Forked.LIMIT).orElseThrow();
      Message second = child.receive(Forked.LIMIT).orElseThrow();
      child.child().kill();
      child.channel().onDisconnect().get(60, TimeUnit.SECONDS);

      try (Handle server = first.handle().orElseThrow();
          Handle client = Handle.connect(server.localAddress())) {
        assertThat(((InetSocketAddress) server.localAddress()).getPort()).isEqualTo(first.value());
        server.accept().close();
        assertThat(client.input().read()).isEqualTo(-1);
      }
      second.handle().orElseThrow().close();
    } // the census sees whether the others, which nobody received, were closed
  }

  private static void awaitSent(ForkedChild child) throws Exception {
    byte[] word = child.child().stdout().readNBytes(4);
    assertThat(new String(word, StandardCharsets.US_ASCII)).isEqualTo("sent");
  }

  @Test
  void close_insteadOfAnAcknowledgement_endsNodeWithOne() throws Exception {
    String script =
        NET
            + STOP_THE_READER
            + """
            process.on('disconnect', () => {}); // or nothing would keep it until then
            const server = net.createServer().listen(0, '127.0.0.1', () => {
              process.send('with the server', server);
              process.disconnect();
              process.stdout.write('sent');
              server.close();
            });
            """;
    Fork fork =
        Forked.node(script)
            .options(ONE_AT_A_TIME)
            .command(command -> command.stdout(Stdio.pipe()).stderr(Stdio.capture()));
    try (ForkedChild child = fork.spawn()) {
      awaitSent(child);
      child.channel().close();
      assertThat(child.await()).isEqualTo(new Exit.Exited(1));
      assertThat(child.child().result().stderr().text()).contains("ERR_IPC_DISCONNECTED");
    }
  }

  @Test
  void disconnect_ofAChildWithAHandleUnacknowledged_flushesWhatItHeldBack() throws Exception {
    String script =
        NET
            + STOP_THE_READER
            + """
            process.on('disconnect', () => {}); // or nothing would keep it until then
            const server = net.createServer().listen(0, '127.0.0.1', () => {
              process.send('with the server', server);
              for (let i = 0; i < 20; i++) process.send(i);
              process.disconnect();
              process.stdout.write('sent');
              server.close();
            });
            """;
    Fork fork =
        Forked.node(script).options(ONE_AT_A_TIME).command(command -> command.stdout(Stdio.pipe()));
    try (ForkedChild child = fork.spawn()) {
      awaitSent(child);
      assertThat(Forked.next(child)).isEqualTo("first");
      assertThat((String) Forked.next(child)).hasSize(128 * 1024);
      Message withServer = child.receive(Forked.LIMIT).orElseThrow();
      assertThat(withServer.value()).isEqualTo("with the server");
      try (Handle server = withServer.handle().orElseThrow()) {
        assertThat(server.kind()).isEqualTo(Handle.Kind.SERVER);
      }
      assertThat(Forked.rest(child)).isEqualTo(IntStream.range(0, 20).boxed().toList());
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void disconnect_ofOursWithAHandleUnacknowledged_flushesWhatWasHeldBack() throws Exception {
    String script =
        """
        const got = [];
        process.on('message', (m, server) => {
          got.push(m);
          if (server) server.close();
        });
        process.on('disconnect', () => console.log(JSON.stringify(got)));
        process.send('ready');
        """;
    Fork fork = Forked.node(script).command(command -> command.stdout(Stdio.capture()));
    try (ForkedChild child = fork.spawn();
        Handle server = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 16)) {
      assertThat(Forked.next(child)).isEqualTo("ready");
      assertThat(child.child().signal(Signal.STOP)).isTrue();
      Forked.await("it is stopped", () -> Forked.state(child) == 'T');
      child.send("one", server);
      child.send("two", server);
      child.send("three");
      child.disconnect();
      assertThat(child.channel().isConnected()).isFalse();
      assertThat(child.child().signal(Signal.CONT)).isTrue();
      assertThat(child.child().result().stdout().trimmed())
          .isEqualTo("[\"one\",\"two\",\"three\"]");
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void send_serverClosedByItsOwnerWhileHeldBack_arrivesAllTheSame() throws Exception {
    String script =
        """
        process.on('message', (m, server) => {
          process.send([m, server.address().port]);
          server.close();
        });
        process.send('ready');
        """;
    try (ForkedChild child = Forked.node(script).spawn()) {
      assertThat(Forked.next(child)).isEqualTo("ready");
      assertThat(child.child().signal(Signal.STOP)).isTrue();
      Forked.await("it is stopped", () -> Forked.state(child) == 'T');
      List<Object> expected = new ArrayList<>();
      for (String name : List.of("one", "two", "three")) {
        try (Handle server = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 16)) {
          expected.add(List.of(name, ((InetSocketAddress) server.localAddress()).getPort()));
          child.send(name, server);
        }
      }
      assertThat(child.child().signal(Signal.CONT)).isTrue();
      for (Object each : expected) {
        assertThat(Forked.next(child)).isEqualTo(each);
      }
    }
  }
}
