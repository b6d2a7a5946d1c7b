package dev.brood.examples.tour;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Takes a server from a Node child; a Java child takes a connection. Needs node. */
final class TakenSockets {
  // snippet: node
  private static final String LISTEN =
      """
      const server = require('node:net').createServer();
      server.listen(0, '127.0.0.1', () => process.send('here is my server', server));
      process.on('message', () => server.close(() => process.send('I accept no more')));
      """;

  // end

  private TakenSockets() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("listen.js"), LISTEN);
    fromChild();
    toJavaChild();
  }

  private static void fromChild() throws Exception {
    // snippet: receive
    try (ForkedChild child = Fork.node("listen.js").spawn()) {
      Message message = child.receive(Duration.ofSeconds(30)).orElseThrow();
      child.send("thank you"); // it is shared: whoever accepts first has a connection
      child.receive(Duration.ofSeconds(30)); // 'I accept no more'
      try (Handle server = message.handle().orElseThrow()) { // yours to close
        try (Handle client = Handle.connect(server.localAddress());
            Handle connection = server.accept()) {
          connection.output().write("from Java".getBytes(UTF_8));
          connection.output().close(); // the client reads end of file
          System.out.println(new String(client.input().readAllBytes(), UTF_8));
        }
      }
    }
    // end
  }

  // snippet: child
  static final class Server {
    public static void main(String[] args) {
      Channel parent = Channel.parent().orElseThrow();
      parent.onMessage(message -> {
        try (Handle connection = message.handle().orElseThrow()) {
          connection.output().write("from a Java child".getBytes(UTF_8));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
      parent.onDisconnect().join();
    }
  }

  // end

  private static void toJavaChild() throws Exception {
    try (ForkedChild child = Fork.java(Server.class).spawn();
        Handle server = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 128);
        Handle client = Handle.connect(server.localAddress())) {
      child.send(null, server.accept());
      System.out.println(new String(client.input().readAllBytes(), UTF_8));
    }
  }
}
