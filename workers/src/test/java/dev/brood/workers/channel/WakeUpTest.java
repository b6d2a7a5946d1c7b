package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.internal.io.HangUpWatch;
import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.testkit.Census;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Nobody sleeps on when what he waits for has come, can come no more, or his time is up. */
@ExtendWith(Census.Extension.class)
class WakeUpTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(20);

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

  /** Calls on another thread, so that a call that hangs fails the test. */
  private static <T> T called(Callable<T> call) throws Exception {
    FutureTask<T> task = new FutureTask<>(call);
    Thread.ofVirtual().start(task);
    return result(task);
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
  void onMessage_handlerEndsWithAnError_getsTheNextMessage() throws Exception {
    BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    try (RawPeer peer = RawPeer.json()) {
      Channel channel =
          peer.channel.onMessage(message -> {
            seen.add(message.value());
            throw new LinkageError("by the test");
          });
      peer.write("1\n2\n3\n");
      for (int i = 1; i <= 3; i++) {
        assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo(i);
      }
      assertThat(channel.isConnected()).isTrue();
    }
  }

  @Test
  void onRequest_handlerEndsWithAnError_isAnsweredWithIt() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      Channel channel =
          peer.channel.onRequest(request -> {
            throw new LinkageError("by the test");
          });
      peer.write("{\"brood\":\"request\",\"id\":7}\n");
      assertThat(peer.readLine()).contains("\"id\":7").contains("by the test");
      assertThat(channel.isConnected()).isTrue();
    }
  }

  @Test
  void reading_endsWithAnError_endsTheChannel() throws Exception {
    try (RawPeer peer = RawPeer.json()) {
      Channel channel =
          peer.channel.onMalformed(reason -> {
            throw new LinkageError("by the test");
          });
      CompletableFuture<Message> reply = channel.requestAsync("why", LONG);
      peer.write("no message\n");
      channel.onDisconnect().get(30, TimeUnit.SECONDS);
      assertThatThrownBy(() -> reply.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(ChannelClosedException.class);
      assertThatThrownBy(() -> channel.send("x"))
          .isInstanceOf(ChannelClosedException.class)
          .hasMessageContaining("by the test");
    }
  }

  @Test
  void onConnection_choiceOrHandlerEndsWithAnError_servesTheNext(@TempDir Path directory)
      throws Exception {
    BlockingQueue<String> next = new LinkedBlockingQueue<>(List.of("refuse", "fail", "serve"));
    BlockingQueue<String> now = new LinkedBlockingQueue<>();
    UnixServerOptions options =
        UnixServerOptions.standard()
            .admit(peer -> {
              now.addAll(List.of(next.remove()));
              return breaksUnless(!now.element().equals("refuse"));
            });
    try (UnixServer server = UnixServer.listen(directory.resolve("server"), options)) {
      server
          .onRefused(peer -> {})
          .onConnection(
              connection -> connection.channel().send(breaksUnless(now.element().equals("serve"))));
      for (int i = 0; i < 2; i++) {
        try (Channel client = connect(server.path())) {
          assertThatThrownBy(() -> called(client::receive))
              .hasCauseInstanceOf(ChannelClosedException.class);
        }
        now.remove();
      }
      try (Channel client = connect(server.path())) {
        assertThat(called(client::receive).value()).isEqualTo(true);
      }
    }
  }

  private static boolean breaksUnless(boolean good) {
    if (!good) {
      throw new LinkageError("by the test");
    }
    return true;
  }

  private static Channel connect(Path path) throws InterruptedException {
    try (Handle handle = Handle.connect(UnixDomainSocketAddress.of(path), LONG)) {
      return Channel.adopt(handle.release(), ChannelOptions.of(Codec.JSON));
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

  @Test
  void await_markerThatAnotherThreadWaitsFor_endsInTime(@TempDir Path directory) throws Exception {
    Marker marker = Marker.of(directory.resolve("done"));
    try (MarkerWatch watch = marker.watch()) {
      FutureTask<Optional<MarkerState.Complete>> first = waiting(() -> watch.await(LONG));
      assertThat(called(() -> watch.await(SHORT))).isEmpty();
      assertThat(called(() -> watch.await(Duration.ZERO))).isEmpty();
      marker.complete("now");
      assertThat(result(first)).isPresent();
      assertThat(called(() -> watch.await(Duration.ZERO))).isPresent();
    }
  }

  @Test
  void read_ringThatAnotherThreadReads_endsInTime() throws Exception {
    try (SharedRing out = SharedRing.toWrite(4096);
        SharedRing in = SharedRing.open(out.handle())) {
      FutureTask<byte[]> first = waiting(() -> in.reader().read());
      assertThat(called(() -> in.reader().read(SHORT))).isEmpty();
      assertThat(called(() -> in.reader().read(Duration.ZERO))).isEmpty();
      out.writer().write(new byte[] {7});
      assertThat(result(first)).containsExactly(7);
    }
  }

  @Test
  void write_ringThatAnotherThreadWritesTo_endsInTime() throws Exception {
    try (SharedRing out = SharedRing.toWrite(4096);
        SharedRing in = SharedRing.open(out.handle())) {
      byte[] half = new byte[out.writer().recordLimitBytes()];
      out.writer().write(half);
      out.writer().write(half);
      FutureTask<Boolean> first =
          waiting(() -> {
            out.writer().write(half);
            return true;
          });
      assertThat(called(() -> out.writer().write(half, 0, 1, SHORT))).isFalse();
      assertThat(called(() -> out.writer().write(half, 0, 1, Duration.ZERO))).isFalse();
      assertThat(in.reader().read()).hasSameSizeAs(half);
      assertThat(result(first)).isTrue();
    }
  }
}
