package dev.brood.examples.tour;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import dev.brood.workers.fork.SocketActivation;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** Starts a program with an open socket, as systemd does. Needs node. */
final class Activation {
  // snippet: node
  private static final String SERVE =
      """
      const server = require('node:net').createServer((socket) => {
        socket.end('socket ' + process.env.LISTEN_FDNAMES + ' served');
        server.close();
      });
      server.listen({ fd: 3 });
      if (process.send) process.send('serving');
      """;

  // end

  private Activation() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("serve.js"), SERVE);
    // snippet: activation
    try (Handle web = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 128)) {
      SocketActivation sockets = SocketActivation.of().with("web", web);
      try (Handle client = Handle.connect(web.localAddress()); // waits in the kernel
          Child child = sockets.pass(Command.of("node", "serve.js")).spawn()) {
        String text = new String(client.input().readAllBytes(), UTF_8);
        System.out.println(text + " by process " + child.pid());
      }
    }
    // end
    withChannel();
  }

  private static void withChannel() throws Exception {
    try (Handle web = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 128)) {
      // snippet: fork
      SocketActivation sockets = SocketActivation.of().with("web", web);
      Fork fork = Fork.node("serve.js").command(sockets::pass).channelAt(sockets.nextDescriptor());
      // end
      try (ForkedChild child = fork.spawn();
          Handle client = Handle.connect(web.localAddress())) {
        System.out.println(child.receive().value());
        System.out.println(new String(client.input().readAllBytes(), UTF_8));
      }
    }
  }
}
