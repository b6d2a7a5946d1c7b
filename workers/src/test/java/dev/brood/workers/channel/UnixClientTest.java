package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.testkit.Census;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Census.Extension.class)
@SuppressWarnings("try") // closing early is what is tested
class UnixClientTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Reconnect QUICK =
      Reconnect.forever().pauses(Duration.ofMillis(5), Duration.ofMillis(100));
  private static final UnixClientOptions STANDARD = UnixClientOptions.standard().reconnect(QUICK);

  @TempDir Path directory;
  private final BlockingQueue<ConnectionEvent> events = new LinkedBlockingQueue<>();

  private Path path() {
    return directory.resolve("server");
  }

  private UnixServer serve() throws InterruptedException {
    return UnixServer.listen(path(), UnixServerOptions.standard());
  }

  private UnixClient client(UnixClientOptions options) {
    return UnixClient.of(path(), options).onEvent(events::add);
  }

  private <T extends ConnectionEvent> T next(Class<T> type) throws InterruptedException {
    for (int i = 0; i < 10_000; i++) {
      ConnectionEvent event = events.poll(60, TimeUnit.SECONDS);
      assertThat(event).as("waiting for " + type).isNotNull();
      if (type.isInstance(event)) {
        return type.cast(event);
      }
    }
    throw new AssertionError("no " + type);
  }

  @Test
  void start_serverComesLater_connectsThen() throws Exception {
    try (UnixClient client = client(STANDARD).start()) {
      ConnectionEvent.Failed failed = next(ConnectionEvent.Failed.class);
      assertThat(failed.failures()).isEqualTo(1);
      assertThat(failed.reason()).contains("ENOENT");
      assertThat(client.isConnected()).isFalse();
      assertThat(client.awaitConnected(Duration.ofMillis(20))).isFalse();
      try (UnixServer server = serve()) {
        assertThat(client.awaitConnected(LONG)).isTrue();
        assertThat(next(ConnectionEvent.Connected.class).server().isSameUser()).isTrue();
        assertThat(server.accept(LONG)).isPresent();
      }
      assertThat(next(ConnectionEvent.Lost.class)).isNotNull();
    }
  }

  @Test
  void send_noConnection_failsUnlessMessagesWait() throws Exception {
    try (UnixClient client = client(STANDARD).start()) {
      assertThatThrownBy(() -> client.send("lost"))
          .isInstanceOf(ChannelClosedException.class)
          .hasMessageContaining("not connected");
    }
    try (UnixClient client = client(STANDARD.queueWhenAway(2)).start()) {
      assertThat(client.send("first")).isFalse();
      assertThat(client.send("second")).isFalse();
      assertThatThrownBy(() -> client.send("third"))
          .isInstanceOf(ChannelFullException.class)
          .hasMessageContaining("2 messages wait");
      assertThatThrownBy(() -> client.send(new Object() {})).isInstanceOf(WorkersException.class);
      assertThat(client.waitingMessages()).isEqualTo(2);
      try (UnixServer server = serve()) {
        Channel accepted = server.accept(LONG).orElseThrow().channel();
        assertThat(accepted.receive(LONG).orElseThrow().value()).isEqualTo("first");
        assertThat(accepted.receive(LONG).orElseThrow().value()).isEqualTo("second");
      }
    }
  }

  @Test
  void send_noConnection_keepsWhatTheValueWasThen() throws Exception {
    try (UnixClient client = client(STANDARD.queueWhenAway(2)).start()) {
      List<Object> value = new ArrayList<>(List.of(1));
      assertThat(client.send(value)).isFalse();
      value.add(2);
      try (UnixServer server = serve()) {
        Channel accepted = server.accept(LONG).orElseThrow().channel();
        assertThat(accepted.receive(LONG).orElseThrow().value()).isEqualTo(List.of(1));
      }
    }
  }

  @Test
  void send_noConnection_boundsTheBytesThatWaitToo() throws Exception {
    ChannelOptions small =
        ChannelOptions.of(Codec.JSON)
            .queueLimitBytes(100_000)
            .messageLimitBytes(50_000)
            .whenFull(WhenFull.REFUSE);
    try (UnixClient client = client(STANDARD.queueWhenAway(10_000).channel(small)).start()) {
      assertThatThrownBy(() -> client.send("x".repeat(60_000)))
          .isInstanceOf(MessageTooLargeException.class);
      for (int i = 0; i < 9; i++) {
        assertThat(client.send(i + "x".repeat(10_000))).isFalse();
      }
      assertThatThrownBy(() -> client.send("x".repeat(20_000)))
          .isInstanceOf(ChannelFullException.class);
      assertThat(client.waitingMessages()).isEqualTo(9);
      try (UnixServer server = serve()) {
        Channel accepted = server.accept(LONG).orElseThrow().channel();
        for (int i = 0; i < 9; i++) {
          assertThat(accepted.receive(LONG).orElseThrow().value()).asString().startsWith(i + "x");
        }
        assertThat(client.awaitConnected(LONG)).isTrue();
        assertThat(client.waitingMessages()).isZero();
      }
    }
  }

  @Test
  void reconnect_connectionThatLasted_isNoFailedAttempt() throws Exception {
    Reconnect once = QUICK.pauses(Duration.ofMillis(1), Duration.ofMillis(2)).attempts(1);
    try (UnixServer server = serve();
        UnixClient client = client(STANDARD.reconnect(once)).start()) {
      for (int round = 0; round < 3; round++) {
        Channel accepted = server.accept(LONG).orElseThrow().channel();
        assertThat(next(ConnectionEvent.Connected.class)).isNotNull();
        long end = System.nanoTime() + 100_000_000; // lasts longer than the longest pause
        while (System.nanoTime() < end) {
          Thread.onSpinWait();
        }
        accepted.close();
        assertThat(next(ConnectionEvent.Lost.class)).isNotNull();
      }
      assertThat(server.accept(LONG)).isPresent();
    }
  }

  @Test
  void handlers_everyConnection_getMessagesAndRequests() throws Exception {
    BlockingQueue<Object> messages = new LinkedBlockingQueue<>();
    try (UnixClient client =
        client(STANDARD)
            .onMessage(message -> messages.add(String.valueOf(message.value())))
            .onRequest(request -> "client says " + request.value())
            .start()) {
      for (int round = 0; round < 3; round++) {
        try (UnixServer server = serve()) {
          Channel accepted = server.accept(LONG).orElseThrow().channel();
          assertThat(accepted.send("message " + round)).isTrue();
          assertThat(messages.poll(60, TimeUnit.SECONDS)).isEqualTo("message " + round);
          assertThat(accepted.request(round, LONG).value()).isEqualTo("client says " + round);
          accepted.onRequest(request -> "server says " + request.value());
          assertThat(client.request(round, LONG).value()).isEqualTo("server says " + round);
        }
        assertThat(next(ConnectionEvent.Lost.class)).isNotNull();
      }
      assertThatThrownBy(() -> client.onMessage(message -> {}))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(client::start).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void reconnect_boundIsReached_givesUpAndSaysSo() throws Exception {
    UnixClientOptions three = STANDARD.reconnect(QUICK.attempts(3));
    try (UnixClient client = client(three.queueWhenAway(10)).start()) {
      assertThat(next(ConnectionEvent.GaveUp.class).reason()).contains("3 attempts");
      assertThatThrownBy(() -> client.awaitConnected(LONG))
          .isInstanceOf(ChannelClosedException.class)
          .hasMessageContaining("3 attempts");
      assertThatThrownBy(() -> client.send("late")).isInstanceOf(ChannelClosedException.class);
    }
    assertThat(events).isEmpty();
  }

  @Test
  void reconnect_serverThatHangsUpAtOnce_countsAsFailing() throws Exception {
    UnixServerOptions refusing = UnixServerOptions.standard().admit(peer -> false);
    try (UnixServer server =
            UnixServer.listen(path(), refusing)
                .onRefused(peer -> {})
                .onConnection(connection -> {});
        UnixClient client = client(STANDARD.reconnect(QUICK.attempts(4))).start()) {
      assertThat(next(ConnectionEvent.GaveUp.class).reason()).contains("4 attempts");
      assertThat(client.isConnected()).isFalse();
      assertThat(server.connections()).isEmpty();
    }
  }

  @Test
  void trust_anotherServer_isNotTalkedTo() throws Exception {
    try (UnixServer server = serve();
        UnixClient client = client(STANDARD.trust(peer -> peer.uid() == 12345)).start()) {
      assertThat(next(ConnectionEvent.Failed.class).reason()).contains("not trusted");
      assertThat(client.isConnected()).isFalse();
      assertThat(server.path()).exists();
    }
  }

  @Test
  void request_noServer_timesOutWithinItsLimit() throws Exception {
    try (UnixClient client = client(STANDARD).start()) {
      assertThatThrownBy(() -> client.request("anybody", Duration.ofMillis(50)))
          .isInstanceOf(RequestTimeoutException.class)
          .hasMessageEndingWith("within 50 ms");
    }
  }

  @Test
  void close_threadWaitsForAConnection_wakesIt() throws Exception {
    UnixClient client = client(STANDARD).start();
    CompletableFuture<Boolean> waiting = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        waiting.complete(client.awaitConnected(LONG));
      } catch (ChannelClosedException | InterruptedException e) {
        waiting.completeExceptionally(e);
      }
    });
    client.close();
    client.close();
    assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ChannelClosedException.class);
    assertThatThrownBy(() -> client.send("late")).isInstanceOf(ChannelClosedException.class);
    client(STANDARD).close();
  }

  @Test
  void pause_failuresInARow_doublesUpToTheCapLessAPart() {
    Reconnect plan = new Reconnect(Duration.ofMillis(50), Duration.ofSeconds(5), 0.5, 9);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int failures = 1; failures < 100; failures++) {
      double whole = Math.min(50.0 * Math.pow(2, failures - 1), 5000);
      double millis = plan.pause(failures, random).toNanos() / 1e6;
      assertThat(millis).as("seed %d", seed).isBetween(whole / 2 - 0.001, whole + 0.001);
    }
    Reconnect exact = new Reconnect(Duration.ofMillis(50), Duration.ofSeconds(5), 0, 9);
    assertThat(List.of(1, 2, 3, 8, Integer.MAX_VALUE))
        .extracting(failures -> exact.pause(failures, random).toMillis())
        .containsExactly(50L, 100L, 200L, 5000L, 5000L);
    assertThatThrownBy(() -> exact.attempts(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> exact.pauses(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void kill_serverProcess_clientGoesOnWithTheNextOne() throws Exception {
    try (UnixClient client = client(STANDARD.queueWhenAway(100)).start()) {
      for (int round = 0; round < 2; round++) {
        assertThat(client.send("sent while away " + round)).isFalse();
        try (ForkedChild child =
            Fork.of(ChildJvm.command(UnixProgram.class, "serve", path().toString())).spawn()) {
          assertThat(child.channel().receive(LONG).orElseThrow().value()).isEqualTo("serving");
          assertThat(child.channel().receive(LONG).orElseThrow().value())
              .isEqualTo("sent while away " + round);
          assertThat(client.request(round, LONG).value()).isEqualTo("answer to " + round);
          child.child().kill();
        }
        assertThat(next(ConnectionEvent.Lost.class)).isNotNull();
      }
    }
  }

  @Test
  void request_fromAnotherProcess_isAnswered() throws Exception {
    try (UnixServer server =
            serve()
                .onConnection(connection ->
                    connection.channel().onRequest(request -> "to " + request.value()));
        ForkedChild child =
            Fork.of(ChildJvm.command(UnixProgram.class, "ask", server.path().toString())).spawn()) {
      assertThat(child.channel().receive(LONG).orElseThrow().value()).isEqualTo("to question");
    }
  }
}
