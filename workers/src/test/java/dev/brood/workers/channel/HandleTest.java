package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Command;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.MemoryFile;
import dev.brood.process.internal.linux.Sockets;
import dev.brood.testkit.Census;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Census.Extension.class)
@SuppressWarnings("try") // closing early is what is tested
class HandleTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path directory;

  /** The two ends of a connection, and what it was accepted from. */
  private record Connection(Handle server, Handle client, Handle accepted)
      implements AutoCloseable {
    static Connection of(Handle server) throws InterruptedException {
      Handle client = Handle.connect(server.localAddress());
      return new Connection(server, client, server.accept(LONG).orElseThrow());
    }

    @Override
    public void close() {
      server.close();
      client.close();
      accepted.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void streams_ofAConnection_carryBytesBothWaysToTheirEnds(boolean unix) throws Exception {
    Handle server = unix ? Handle.listen(directory.resolve("s")) : Handle.listen(ANY_PORT, 16);
    byte[] large = new byte[3_000_000];
    large[large.length - 1] = 7;
    try (Connection connection = Connection.of(server);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<byte[]> received = threads.submit(() -> connection.accepted().input().readAllBytes());
      Future<byte[]> answered = threads.submit(() -> connection.client().input().readAllBytes());
      try (OutputStream output = connection.client().output()) {
        output.write(large);
      }
      try (OutputStream output = connection.accepted().output()) {
        output.write("answer".getBytes(StandardCharsets.UTF_8));
      }
      assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(large);
      assertThat(answered.get(60, TimeUnit.SECONDS)).asString().isEqualTo("answer");
    }
  }

  @Test
  void addresses_ofAConnection_nameBothEnds() throws Exception {
    try (Connection connection = Connection.of(Handle.listen(ANY_PORT, 16))) {
      SocketAddress server = connection.server().localAddress();
      assertThat(connection.client().peerAddress()).isEqualTo(server);
      assertThat(connection.accepted().peerAddress()).isEqualTo(connection.client().localAddress());
      assertThat(connection.accepted().kind()).isEqualTo(Handle.Kind.SOCKET);
      assertThat(connection.accepted().key()).isEmpty();
    }
  }

  @Test
  void listen_ipv6Wildcard_servesIpv4Too() throws Exception {
    InetSocketAddress wildcard = new InetSocketAddress(InetAddress.getByName("::"), 0);
    try (Handle server = Handle.listen(wildcard, 16)) {
      int port = ((InetSocketAddress) server.localAddress()).getPort();
      try (Handle client = Handle.connect(new InetSocketAddress("127.0.0.1", port));
          Handle accepted = server.accept(LONG).orElseThrow()) {
        assertThat(client.isClosed()).isFalse();
        assertThat(accepted.isClosed()).isFalse();
      }
    }
  }

  @Test
  void listen_path_isForThisUserAlone() throws Exception {
    Path path = directory.resolve("private");
    try (Handle server = Handle.listen(path)) {
      assertThat(server.localAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-------");
      assertThatThrownBy(() -> Handle.listen(path))
          .isInstanceOf(HandleException.class)
          .hasMessageContaining("EADDRINUSE")
          .hasMessageContaining(path.toString());
    }
  }

  @Test
  void listen_impossibleAddress_namesTheReasonAndLeavesNothingOpen() {
    try (Handle server = Handle.listen(ANY_PORT, 16)) {
      InetSocketAddress taken = (InetSocketAddress) server.localAddress();
      assertThatThrownBy(() -> Handle.listen(taken, 16)).hasMessageContaining("bind: EADDRINUSE");
    }
    assertThatThrownBy(() -> Handle.listen(directory.resolve("no/such/directory")))
        .isInstanceOf(HandleException.class)
        .hasMessageContaining("ENOENT");
    assertThatThrownBy(() -> Handle.listen(directory.resolve("x".repeat(120))))
        .hasMessageContaining("ENAMETOOLONG");
  }

  @Test
  void connect_nobodyListens_isRefused() {
    int bound = Sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
    assertThat(Sockets.bind(bound, ANY_PORT)).isZero(); // so that nobody else listens there
    InetSocketAddress address = (InetSocketAddress) Sockets.localAddress(bound);
    assertThatThrownBy(() -> Handle.connect(address))
        .isInstanceOf(HandleException.class)
        .hasMessageContaining("ECONNREFUSED");
    assertThat(Descriptors.close(bound)).isZero();
    assertThatThrownBy(
            () -> Handle.connect(UnixDomainSocketAddress.of(directory.resolve("nobody"))))
        .hasMessageContaining("ENOENT");
  }

  @Test
  void connect_backlogIsFull_timesOutWithinItsLimit() throws Exception {
    try (Handle server = Handle.listen(directory.resolve("full"))) {
      assertThat(Sockets.listen(server.descriptor(), 0)).isZero();
      try (Handle first = Handle.connect(server.localAddress())) {
        assertThat(first.isClosed()).isFalse();
        assertThatThrownBy(() -> Handle.connect(server.localAddress(), Duration.ofMillis(50)))
            .isInstanceOf(HandleException.class)
            .hasMessageContaining("ETIMEDOUT");
      }
    }
  }

  @Test
  void accept_nobodyConnects_isEmptyAfterItsLimit() throws Exception {
    try (Handle server = Handle.listen(ANY_PORT, 16)) {
      assertThat(server.accept(Duration.ofMillis(20))).isEmpty();
      assertThat(server.accept(Duration.ZERO)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void close_threadsWaitInAccept_wakesThemAll(boolean virtual) throws Exception {
    Handle server = Handle.listen(ANY_PORT, 16);
    CountDownLatch started = new CountDownLatch(3);
    CompletableFuture<?>[] failures = new CompletableFuture<?>[3];
    for (int i = 0; i < failures.length; i++) {
      CompletableFuture<Object> failure = new CompletableFuture<>();
      failures[i] = failure;
      Runnable wait =
          () -> {
            started.countDown();
            try {
              failure.complete(server.accept());
            } catch (HandleException | InterruptedException e) {
              failure.completeExceptionally(e);
            }
          };
      (virtual ? Thread.ofVirtual() : Thread.ofPlatform()).start(wait);
    }
    started.await();
    server.close();
    server.close();
    for (CompletableFuture<?> failure : failures) {
      assertThatThrownBy(() -> failure.get(60, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(HandleException.class)
          .hasMessageContaining("is closed");
    }
  }

  @Test
  void accept_manyConnectionsAndThreads_everyOneIsAcceptedOnce() throws Exception {
    int connections = 200;
    try (Handle server = Handle.listen(directory.resolve("many"));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CountDownLatch accepted = new CountDownLatch(connections);
      for (int i = 0; i < 8; i++) {
        Future<?> unused =
            threads.submit(() -> {
              while (accepted.getCount() > 0) {
                server
                    .accept(Duration.ofMillis(100))
                    .ifPresent(handle -> {
                      handle.close();
                      accepted.countDown();
                    });
              }
              return null;
            });
        assertThat(unused).isNotNull();
      }
      for (int i = 0; i < connections; i++) {
        Handle.connect(server.localAddress()).close();
      }
      assertThat(accepted.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void close_threadWaitsForInput_wakesIt() throws Exception {
    try (Connection connection = Connection.of(Handle.listen(ANY_PORT, 16));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      InputStream input = connection.accepted().input();
      Future<Integer> read = threads.submit(() -> input.read());
      connection.accepted().close();
      assertThatThrownBy(() -> read.get(60, TimeUnit.SECONDS))
          .cause()
          .isInstanceOf(IOException.class);
      assertThat(connection.client().input().read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource(Handle.Kind.class)
  void of_descriptorOfEachKind_isTakenOnlyForWhatItIs(Handle.Kind kind) {
    int[] pair = new int[2];
    int[] pipe = new int[2];
    assertThat(Sockets.pair(Sockets.SOCK_STREAM, pair)).isZero();
    assertThat(Descriptors.pipe(pipe)).isZero();
    int listening = Handle.listen(ANY_PORT, 16).release();
    int udp = Handle.datagram(ANY_PORT).release();
    int unixDatagram = Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM);
    int memory = MemoryFile.ofSize("brood-test", 4096);
    int file = Descriptors.open("/dev/null", Descriptors.O_RDWR, 0);
    int[] all = {pair[0], pipe[0], listening, udp, unixDatagram, memory, file};
    int[] fitting =
        switch (kind) {
          case SERVER -> new int[] {pair[0], listening};
          case SOCKET -> new int[] {pair[0]};
          case NATIVE -> new int[] {pair[0], pipe[0], listening, udp};
          case DATAGRAM, DATAGRAM_NATIVE -> new int[] {udp};
          case FILE -> new int[] {memory, file};
          case PIPE -> new int[] {pipe[0]};
          case MEMORY -> new int[] {memory};
        };
    for (int descriptor : all) {
      if (IntStream.of(fitting).anyMatch(fit -> fit == descriptor)) {
        assertThat(Handle.of(descriptor, kind).release()).isEqualTo(descriptor);
      } else {
        assertThatThrownBy(() -> Handle.of(descriptor, kind))
            .isInstanceOf(HandleException.class)
            .hasMessageContaining("is no " + kind);
      }
      assertThat(Descriptors.close(descriptor)).isZero();
    }
    assertThat(Descriptors.close(pair[1])).isZero();
    assertThat(Descriptors.close(pipe[1])).isZero();
  }

  @Test
  void of_blockingSocketOrPipe_isMadeNonBlocking() {
    int[] pair = new int[2];
    int[] pipe = new int[2];
    assertThat(Descriptors.socketPair(pair)).isZero();
    assertThat(Descriptors.pipe(pipe)).isZero();
    assertThat(Descriptors.isNonBlocking(pair[0])).isFalse();
    try (Handle socket = Handle.of(pair[0], Handle.Kind.SOCKET);
        Handle end = Handle.of(pipe[0], Handle.Kind.PIPE)) {
      assertThat(Descriptors.isNonBlocking(socket.descriptor())).isTrue();
      assertThat(Descriptors.isNonBlocking(end.descriptor())).isTrue();
    }
    assertThat(Descriptors.close(pair[1])).isZero();
    assertThat(Descriptors.close(pipe[1])).isZero();
    assertThatThrownBy(() -> Handle.of(-1, Handle.Kind.FILE)).hasMessageContaining("not open");
  }

  @Test
  void streams_ofAPipe_workInItsDirection() throws Exception {
    int[] pipe = new int[2];
    assertThat(Descriptors.pipe(pipe)).isZero();
    try (Handle from = Handle.of(pipe[0], Handle.Kind.PIPE);
        Handle to = Handle.of(pipe[1], Handle.Kind.PIPE)) {
      try (OutputStream output = to.output()) {
        output.write('x');
      }
      to.close();
      assertThat(from.input().readAllBytes()).containsExactly('x');
    }
  }

  @Test
  void methods_ofAClosedOrUnfitHandle_throwATypedError() throws Exception {
    Handle datagram = Handle.datagram(ANY_PORT);
    assertThat(datagram.kind()).isEqualTo(Handle.Kind.DATAGRAM);
    assertThatThrownBy(datagram::accept)
        .isInstanceOf(HandleException.class)
        .hasMessageContaining("does not listen");
    assertThatThrownBy(datagram::input).hasMessageContaining("neither");
    assertThatThrownBy(datagram::peerAddress)
        .isInstanceOf(HandleException.class)
        .hasMessageContaining("ENOTCONN");
    datagram.close();
    datagram.close();
    assertThat(datagram.isClosed()).isTrue();
    assertThatThrownBy(datagram::localAddress).hasMessageContaining("is closed");
    assertThatThrownBy(datagram::output).hasMessageContaining("is closed");
    assertThatThrownBy(datagram::release).hasMessageContaining("is closed");
  }

  @Test
  void file_opened_isReadThroughItsDescriptor(@TempDir Path folder) throws Exception {
    Path path = Files.writeString(folder.resolve("file"), "content");
    try (Handle file = Handle.file(path)) {
      Files.delete(path);
      assertThat(file.kind()).isEqualTo(Handle.Kind.FILE);
      assertThat(Path.of("/proc/self/fd/" + file.descriptor())).hasContent("content");
      assertThat(Descriptors.isNonBlocking(file.descriptor())).isFalse();
      assertThatThrownBy(() -> file.map(Arena.global())).hasMessageContaining("is no memory");
    }
    assertThatThrownBy(() -> Handle.file(path))
        .isInstanceOf(HandleException.class)
        .hasMessageContaining("ENOENT")
        .hasMessageContaining(path.toString());
  }

  @Test
  void file_thatIsAPipeNobodyWritesTo_isRefusedAtOnce(@TempDir Path folder) throws Exception {
    Path pipe = folder.resolve("pipe");
    Command.of("mkfifo", pipe.toString()).run();
    CompletableFuture<Object> opened =
        CompletableFuture.supplyAsync(() -> Handle.file(pipe), Thread::startVirtualThread);
    assertThatThrownBy(() -> opened.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(HandleException.class)
        .hasMessageContaining("a pipe");
  }

  @Test
  void memory_mappedTwice_isTheSame() {
    try (Arena arena = Arena.ofConfined();
        Handle memory = Handle.memory(10_000)) {
      MemorySegment here = memory.map(arena);
      MemorySegment there = memory.map(arena);
      memory.close();
      here.set(ValueLayout.JAVA_LONG, 8, 42);
      assertThat(there.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(42);
      assertThat(there.byteSize()).isEqualTo(10_000);
      assertThatThrownBy(() -> memory.map(arena)).hasMessageContaining("is closed");
    }
    assertThatThrownBy(() -> Handle.memory(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void prepareToTravel_whatWouldKillANodePeer_isRefused() {
    try (Handle memory = Handle.of(MemoryFile.ofSize("brood-test", 4096), Handle.Kind.MEMORY);
        Handle server = Handle.listen(ANY_PORT, 16)) {
      assertThatThrownBy(() -> memory.prepareToTravel(Codec.JSON))
          .isInstanceOf(HandleException.class)
          .hasMessageContaining("json");
      server.prepareToTravel(Codec.JSON);
      server.close();
      assertThatThrownBy(() -> server.prepareToTravel(Codec.JSON))
          .hasMessageContaining("is closed");
    }
  }

  @Test
  void onClose_closedAndReleased_runsOnce() {
    List<String> told = new ArrayList<>();
    Handle closed = Handle.datagram(ANY_PORT);
    closed.onClose(() -> told.add("closed"));
    closed.close();
    closed.close();
    closed.onClose(() -> told.add("late"));
    Handle released = Handle.datagram(ANY_PORT);
    released.onClose(() -> told.add("released"));
    assertThat(Descriptors.close(released.release())).isZero();
    released.close();
    assertThat(told).containsExactly("closed", "late", "released");
  }
}
