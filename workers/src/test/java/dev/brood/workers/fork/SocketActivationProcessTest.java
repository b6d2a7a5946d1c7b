package dev.brood.workers.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.SpawnException;
import dev.brood.process.Stdio;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Sockets;
import dev.brood.workers.channel.ChildJvm;
import dev.brood.workers.channel.Handle;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketActivationProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final InetSocketAddress LOOPBACK =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static final String PYTHON_SERVER =
      """
      import http.server, os, socket
      mine = os.environ['LISTEN_PID'] == str(os.getpid())
      told = ' '.join([str(mine), os.environ['LISTEN_FDS'], os.environ['LISTEN_FDNAMES']])
      class Handler(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
              self.send_response(200)
              self.end_headers()
              self.wfile.write(told.encode())
      server = http.server.HTTPServer(('127.0.0.1', 0), Handler, bind_and_activate=False)
      server.socket.close()
      server.socket = socket.socket(fileno=4)
      server.socket.setblocking(True)
      server.handle_request()
      """;

  private static final String NODE_SERVER =
      """
      const server = require('http').createServer((request, response) => {
        response.end('node ' + (process.env.LISTEN_PID == process.pid));
        server.close();
      });
      server.listen({fd: 3});
      """;

  @TempDir Path directory;

  @Test
  void pythonServer_givenTwoSockets_servesTheSecondByName() throws Exception {
    try (NamedDescriptor first = listening("first");
        NamedDescriptor second = listening("second")) {
      Command command =
          SocketActivation.of(first, second).pass(Command.of("python3", "-c", PYTHON_SERVER));
      try (Child child = command.stderr(Stdio.none()).spawn()) {
        assertThat(get(second)).endsWith("True 2 first:second");
        assertThat(child.await()).hasToString("exit code 0");
      }
    }
  }

  @Test
  void nodeServer_listeningOnDescriptor3_serves() throws Exception {
    try (NamedDescriptor web = listening("web")) {
      Command command = SocketActivation.of(web).pass(Command.of("node", "-e", NODE_SERVER));
      try (Child child = command.spawn()) {
        assertThat(get(web)).contains("200 OK").endsWith("node true");
        assertThat(child.await()).hasToString("exit code 0");
      }
    }
  }

  @Test
  void nodeChild_withAChannelBehindItsSockets_hasBoth() throws Exception {
    try (NamedDescriptor web = listening("web");
        NamedDescriptor other = listening("other")) {
      SocketActivation sockets = SocketActivation.of(web, other);
      int number = sockets.nextDescriptor();
      assertThat(number).isEqualTo(5);
      Command command =
          sockets
              .pass(Command.of("node", "-e", NODE_SERVER + "process.send('here');"))
              .descriptor(number, Stdio.socket())
              .env("NODE_CHANNEL_FD", Integer.toString(number));
      try (Child child = command.spawn()) {
        assertThat(child.output(number).readLine()).isEqualTo("\"here\"");
        assertThat(get(web)).endsWith("node true");
      }
    }
  }

  @Test
  void forkedNode_withTheChannelBehindItsSockets_hasBoth() throws Exception {
    try (Handle web = Handle.listen(LOOPBACK, 16)) {
      SocketActivation sockets = SocketActivation.of().with("web", web);
      Path script = directory.resolve("server.js");
      Path unused = Files.writeString(script, NODE_SERVER + "process.send('here');");
      Fork fork =
          Fork.node(script.toString()).command(sockets::pass).channelAt(sockets.nextDescriptor());
      try (ForkedChild child = fork.spawn()) {
        assertThat(child.receive(LIMIT).orElseThrow().value()).isEqualTo("here");
        assertThat(get((InetSocketAddress) web.localAddress())).endsWith("node true");
      }
    }
  }

  @Test
  void javaChild_receivesItsSocketsByName() throws Exception {
    try (Handle first = Handle.listen(LOOPBACK, 16);
        Handle second = Handle.listen(LOOPBACK, 16)) {
      SocketActivation sockets = SocketActivation.of().with("a", first).with("b", second);
      Fork fork =
          Fork.of(ChildJvm.command(ActivatedProgram.class))
              .command(sockets::pass)
              .channelAt(sockets.nextDescriptor());
      try (ForkedChild child = fork.spawn()) {
        assertThat(child.receive(LIMIT).orElseThrow().value()).isEqualTo(List.of("a", "b"));
        assertThat(child.receive(LIMIT).orElseThrow().value()).isEqualTo(0);
        assertThat(get((InetSocketAddress) second.localAddress())).isEqualTo("java");
        assertThat(child.await()).hasToString("exit code 0");
      }
    }
  }

  @Test
  void pythonPackage_findsSocketsAndTellsThatItIsReady() throws Exception {
    List<Notification> seen = new CopyOnWriteArrayList<>();
    String script =
        """
        import sys
        sys.path.insert(0, sys.argv[1])
        import brood
        [(name, server)] = brood.listen_fds()
        print(name, server.getsockname()[1], brood.watchdog_seconds())
        brood.sd_notify(READY=1, STATUS="serving")
        brood.sd_notify("FDSTORE=1", "FDNAME=kept", descriptors=[server])
        assert brood.sd_barrier(60)
        """;
    NotifyOptions options = NotifyOptions.DEFAULT.watchdog(Duration.ofSeconds(3));
    try (NotifySocket notify = NotifySocket.open(options, seen::add);
        Handle web = Handle.listen(LOOPBACK, 16)) {
      Command python =
          Command.of("python3", "-c", script, Path.of("..", "sdk", "python").toString());
      Command command = SocketActivation.of().with("web", web).pass(notify.pass(python));
      int port = ((InetSocketAddress) web.localAddress()).getPort();
      assertThat(command.text()).isEqualTo("web " + port + " 1.5");
      assertThat(seen).hasSize(3);
      assertThat(seen.getFirst()).isInstanceOf(Notification.Ready.class);
      assertThat(seen.getLast())
          .isInstanceOfSatisfying(
              Notification.Stored.class, each -> assertThat(each.name()).isEqualTo("kept"));
    }
  }

  @Test
  void storedSocket_ofAnEndedChild_isServedByTheNext() throws Exception {
    try (NotifySocket notify = NotifySocket.open(each -> {})) {
      String script =
          """
          listener = socket.socket()
          listener.bind(('127.0.0.1', 0))
          listener.listen()
          notify('FDSTORE=1\\nFDNAME=web', listener.fileno())
          """;
      assertThat(NotifyClient.run(notify, script).exit()).hasToString("exit code 0");
      List<NamedDescriptor> stored = notify.storedDescriptors();
      try {
        Command command =
            SocketActivation.of(stored).pass(notify.pass(Command.of("node", "-e", NODE_SERVER)));
        try (Child child = command.spawn()) {
          assertThat(get(stored.getFirst())).endsWith("node true");
          assertThat(child.await()).hasToString("exit code 0");
        }
      } finally {
        stored.forEach(NamedDescriptor::close);
      }
      assertThat(notify.storedCount()).isEqualTo(1);
    }
  }

  @Test
  void program_thatDoesNotExist_failsAtTheStart() {
    try (NamedDescriptor web = listening("web")) {
      Command command = SocketActivation.of(web).pass(Command.of("no-such-program-anywhere"));
      assertThatThrownBy(command::spawn)
          .isInstanceOf(SpawnException.class)
          .hasMessageContaining("ENOENT");
    }
  }

  @Test
  void nothingToGive_unsetsWhatWeWereGiven() throws Exception {
    Command told =
        Command.of("sh", "-c", "echo ${LISTEN_FDS-a}${LISTEN_PID-b}${LISTEN_FDNAMES-c}")
            .env("LISTEN_FDS", "1")
            .env("LISTEN_PID", "1")
            .env("LISTEN_FDNAMES", "x");
    assertThat(SocketActivation.of().pass(told).text()).isEqualTo("abc");
  }

  @Test
  void names_thatWouldBreakTheList_areRefused() {
    for (String name : List.of("", "a:b", "a\n", "ü", "x".repeat(256))) {
      assertThatThrownBy(() -> new NamedDescriptor(name, 3))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new NamedDescriptor("x", -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void commandShown_forAShell_tellsThePidToo() {
    Command command = SocketActivation.of().with("web", 9).pass(Command.of("serve", "a b"));
    assertThat(command.commandLine()).isEqualTo("serve 'a b'");
    assertThat(command.dryRun()).endsWith("sh -c 'LISTEN_PID=$$ exec \"$@\"' sh serve 'a b'");
  }

  private static NamedDescriptor listening(String name) {
    int descriptor = Sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
    assertThat(Sockets.bind(descriptor, LOOPBACK)).isZero();
    assertThat(Sockets.listen(descriptor, 16)).isZero();
    assertThat(Descriptors.isOpen(descriptor)).isTrue();
    return new NamedDescriptor(name, descriptor);
  }

  private static String get(NamedDescriptor server) throws IOException {
    return get((InetSocketAddress) Sockets.localAddress(server.descriptor()));
  }

  private static String get(InetSocketAddress address) throws IOException {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      final int limitMillis = 60_000;
      socket.setSoTimeout(limitMillis);
      socket
          .getOutputStream()
          .write("GET / HTTP/1.0\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      try (InputStream in = socket.getInputStream()) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }
}
