package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Command;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Sockets;
import dev.brood.testkit.Census;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Census.Extension.class)
@SuppressWarnings("try") // closing early is what is tested
class UnixServerTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final UnixServerOptions STANDARD = UnixServerOptions.standard();

  @TempDir Path directory;

  private Path path() {
    return directory.resolve("server");
  }

  private static Channel connect(Path path) throws InterruptedException {
    Handle handle = Handle.connect(UnixDomainSocketAddress.of(path), LONG);
    return Channel.adopt(handle.release(), ChannelOptions.of(Codec.JSON));
  }

  private static String permissions(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  /** A file that a server left when it was killed. */
  private static void leaveStaleFile(Path path) {
    int fd = Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM);
    assertThat(Sockets.bind(fd, UnixDomainSocketAddress.of(path))).isZero();
    assertThat(Descriptors.close(fd)).isZero();
    assertThat(path).exists();
  }

  @Test
  void accept_connection_carriesMessagesBothWaysAndNamesThePeer() throws Exception {
    try (UnixServer server = UnixServer.listen(path(), STANDARD);
        Channel client = connect(path());
        Channel accepted = server.accept().channel()) {
      assertThat(client.send("hello")).isTrue();
      assertThat(accepted.receive(LONG).orElseThrow().value()).isEqualTo("hello");
      assertThat(accepted.send("welcome")).isTrue();
      assertThat(client.receive(LONG).orElseThrow().value()).isEqualTo("welcome");
      assertThat(server.connections())
          .extracting(connection -> connection.peer().pid())
          .containsExactly((int) ProcessHandle.current().pid());
      assertThat(server.connections().getFirst().peer().isSameUser()).isTrue();
    }
  }

  @Test
  void onConnection_plainPythonProgram_isServed() throws Exception {
    String script =
        """
        import json, os, socket, sys
        s = socket.socket(socket.AF_UNIX)
        s.connect(sys.argv[1])
        s.sendall(json.dumps({"brood": "request", "id": 1, "body": os.getpid()}).encode() + b"\\n")
        print(json.loads(s.makefile().readline())["body"])
        """;
    try (UnixServer server =
        UnixServer.listen(path(), STANDARD)
            .onConnection(connection ->
                connection
                    .channel()
                    .onRequest(request ->
                        request.value().equals(connection.peer().pid()) ? "you" : "not you"))) {
      assertThat(
              Command.of("python3", "-c", script, server.path().toString()).deadline(LONG).text())
          .isEqualTo("you");
    }
  }

  @Test
  void listen_permissions_areTheOnesAskedForWhateverTheUmask() throws Exception {
    try (UnixServer server = UnixServer.listen(path(), STANDARD)) {
      assertThat(permissions(server.path())).isEqualTo("rw-------");
    }
    try (UnixServer server = UnixServer.listen(path(), STANDARD.mode(0666))) {
      assertThat(permissions(server.path())).isEqualTo("rw-rw-rw-");
    }
    try (UnixServer server = UnixServer.listen(path(), STANDARD.mode(0640))) {
      assertThat(permissions(server.path())).isEqualTo("rw-r-----");
    }
    assertThat(path()).doesNotExist();
  }

  @Test
  void listen_fileOfADeadServer_isReplaced() throws Exception {
    leaveStaleFile(path());
    try (UnixServer server = UnixServer.listen(path(), STANDARD);
        Channel client = connect(path())) {
      assertThat(server.accept(LONG)).isPresent();
      assertThat(client.isConnected()).isTrue();
    }
  }

  @Test
  void listen_liveServer_isRefusedWithAClearError() throws Exception {
    try (UnixServer server = UnixServer.listen(path(), STANDARD)) {
      assertThatThrownBy(() -> UnixServer.listen(path(), STANDARD))
          .isInstanceOf(SocketInUseException.class)
          .hasMessageContaining(server.path().toString())
          .hasMessageContaining("a server is running there");
      try (Channel client = connect(path())) {
        assertThat(client.isConnected()).isTrue();
      }
    }
  }

  @Test
  void listen_whatIsNotPossible_isATypedErrorAndChangesNothing() throws Exception {
    Files.writeString(path(), "precious");
    assertThatThrownBy(() -> UnixServer.listen(path(), STANDARD))
        .isInstanceOf(HandleException.class)
        .hasMessageContaining("no socket");
    assertThat(path()).hasContent("precious");
    assertThatThrownBy(() -> UnixServer.listen(directory.resolve("no/server"), STANDARD))
        .isInstanceOf(HandleException.class)
        .hasMessageContaining("ENOENT");
    assertThatThrownBy(() -> UnixServer.listen(directory.resolve("x".repeat(120)), STANDARD))
        .hasMessageContaining("ENAMETOOLONG");
    assertThatThrownBy(() -> STANDARD.mode(01777)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> STANDARD.connectionLimit(0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void listen_severalAtOnceOverAStaleFile_exactlyOneServes() throws Exception {
    for (int round = 0; round < 20; round++) {
      leaveStaleFile(path());
      List<UnixServer> servers = new ArrayList<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<UnixServer>> attempts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          attempts.add(threads.submit(() -> UnixServer.listen(path(), STANDARD)));
        }
        for (Future<UnixServer> attempt : attempts) {
          try {
            servers.add(attempt.get(60, TimeUnit.SECONDS));
          } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(SocketInUseException.class);
          }
        }
      }
      assertThat(servers).hasSize(1);
      try (Channel client = connect(path())) {
        assertThat(servers.getFirst().accept(LONG)).isPresent();
        assertThat(client.isConnected()).isTrue();
      }
      servers.getFirst().close();
    }
  }

  @Test
  void admit_peerThatIsNotWanted_isDisconnectedAndReported() throws Exception {
    CompletableFuture<Peer> refused = new CompletableFuture<>();
    try (UnixServer server = UnixServer.listen(path(), STANDARD.admit(peer -> peer.pid() == 1));
        Channel client = connect(path())) {
      server.onRefused(refused::complete);
      assertThat(server.accept(Duration.ofMillis(200))).isEmpty();
      assertThatThrownBy(() -> client.receive(LONG)).isInstanceOf(ChannelClosedException.class);
      assertThat(refused.get(60, TimeUnit.SECONDS).pid())
          .isEqualTo((int) ProcessHandle.current().pid());
      assertThat(server.connections()).isEmpty();
    }
  }

  @Test
  void admit_choiceThatFails_refuses() throws Exception {
    UnixServerOptions failing =
        STANDARD.admit(peer -> {
          throw new IllegalStateException("choice");
        });
    try (UnixServer server = UnixServer.listen(path(), failing).onRefused(peer -> {});
        Channel client = connect(path())) {
      assertThat(server.accept(Duration.ofMillis(200))).isEmpty();
      assertThatThrownBy(() -> client.receive(LONG)).isInstanceOf(ChannelClosedException.class);
    }
  }

  @Test
  void connectionLimit_oneMore_waitsUntilAnotherHasEnded() throws Exception {
    try (UnixServer server = UnixServer.listen(path(), STANDARD.connectionLimit(1));
        Channel first = connect(path());
        Channel second = connect(path())) {
      assertThat(server.accept(LONG)).isPresent();
      assertThat(server.accept(Duration.ofMillis(50))).isEmpty();
      first.close();
      Channel accepted = server.accept(LONG).orElseThrow().channel();
      assertThat(second.send("here")).isTrue();
      assertThat(accepted.receive(LONG).orElseThrow().value()).isEqualTo("here");
    }
  }

  @Test
  void close_server_endsChannelsWakesAcceptAndRemovesTheFile() throws Exception {
    UnixServer server = UnixServer.listen(path(), STANDARD);
    try (Channel client = connect(path());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(server.accept(LONG)).isPresent();
      Future<UnixConnection> waiting = threads.submit(() -> server.accept());
      server.close();
      server.close();
      assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(HandleException.class);
      assertThatThrownBy(() -> client.receive(LONG)).isInstanceOf(ChannelClosedException.class);
      assertThat(path()).doesNotExist();
    }
  }

  @Test
  void close_fileOfAnotherServerIsThere_isLeftAlone() throws Exception {
    UnixServer first = UnixServer.listen(path(), STANDARD);
    Files.delete(path());
    try (UnixServer second = UnixServer.listen(path(), STANDARD)) {
      first.close();
      assertThat(second.path()).exists();
    }
    assertThat(path()).doesNotExist();
  }

  private static void failAfterAMessage(UnixConnection connection) {
    try {
      Message unused = connection.channel().receive();
    } catch (ChannelClosedException e) {
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException("thrown by the handler on purpose");
  }

  @Test
  void onConnection_handlerThatFails_closesThatChannelOnly() throws Exception {
    try (UnixServer server =
            UnixServer.listen(path(), STANDARD).onConnection(UnixServerTest::failAfterAMessage);
        Channel bad = connect(path());
        Channel good = connect(path())) {
      assertThat(bad.send(true)).isTrue();
      assertThatThrownBy(() -> bad.receive(LONG)).isInstanceOf(ChannelClosedException.class);
      assertThat(good.isConnected()).isTrue();
      assertThatThrownBy(() -> server.onConnection(connection -> {}))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void kill_serverProcess_leavesAFileThatTheNextOneReplaces() throws Exception {
    try (ForkedChild child =
        Fork.of(ChildJvm.command(UnixProgram.class, "serve", path().toString())).spawn()) {
      assertThat(child.channel().receive(LONG).orElseThrow().value()).isEqualTo("serving");
      assertThatThrownBy(() -> UnixServer.listen(path(), STANDARD))
          .isInstanceOf(SocketInUseException.class);
      child.child().kill();
    }
    assertThat(path()).exists();
    try (UnixServer server = UnixServer.listen(path(), STANDARD);
        Channel client = connect(path())) {
      assertThat(server.accept(LONG)).isPresent();
      assertThat(client.isConnected()).isTrue();
    }
  }

  @Test
  @Tag("root")
  void admit_anotherUser_isKeptOutByTheFileAndByTheServer() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    String script =
        """
        import os, socket, sys
        os.setuid(65534)
        s = socket.socket(socket.AF_UNIX)
        try:
            s.connect(sys.argv[1])
            print("read", len(s.recv(1)))
        except OSError as e:
            print(type(e).__name__)
        """;
    Command stranger = Command.of("python3", "-c", script, path().toString()).deadline(LONG);
    try (UnixServer server = UnixServer.listen(path(), STANDARD).onConnection(connection -> {})) {
      assertThat(stranger.text()).isEqualTo("PermissionError");
      assertThat(server.connections()).isEmpty();
    }
    CompletableFuture<Peer> refused = new CompletableFuture<>();
    try (UnixServer server =
        UnixServer.listen(path(), STANDARD.mode(0666))
            .onRefused(refused::complete)
            .onConnection(connection -> {})) {
      assertThat(stranger.text()).isEqualTo("read 0");
      assertThat(refused.get(60, TimeUnit.SECONDS).uid()).isEqualTo(65534);
      assertThat(server.connections()).isEmpty();
    }
  }
}
