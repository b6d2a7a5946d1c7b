package dev.brood.examples;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Gives sockets to children, and takes one from a child. Needs node. */
final class Handles {
  private static final String SERVE =
      """
      process.on('message', (message, handle) => {
        if (message === 'serve') {
          handle.on('connection', (socket) => socket.end('served by the child'));
        } else {
          handle.end('taken over by the child');
        }
        process.send('done');
      });
      """;

  private static final String LISTEN =
      """
      const server = require('node:net').createServer();
      server.listen(0, '127.0.0.1', () => process.send('here is my server', server));
      process.on('message', () => server.close(() => process.send('I accept no more')));
      """;

  private Handles() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("serve.js"), SERVE);
    Files.writeString(Path.of("listen.js"), LISTEN);
    try (ForkedChild child = Fork.node("serve.js").spawn()) {
      listening(child);
      connection(child);
    }
    fromChild();
    javaChild();
  }

  private static void listening(ForkedChild child) throws InterruptedException, IOException {
    // snippet: listening
    try (Handle server = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 128)) {
      child.send("serve", server); // shared: it stays open here too
      child.receive(Duration.ofSeconds(30)); // 'done': the child has it
      System.out.println(textFrom(server)); // served by the child
    }
    // end
  }

  private static void connection(ForkedChild child) throws InterruptedException, IOException {
    // snippet: connection
    try (Handle server = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 128);
        Handle client = Handle.connect(server.localAddress())) {
      Handle connection = server.accept();
      child.send("answer", connection); // given away: closed here when the child has it
      System.out.println(new String(client.input().readAllBytes(), StandardCharsets.UTF_8));
    }
    // end
    child.receive(Duration.ofSeconds(30));
  }

  private static void fromChild() throws InterruptedException, IOException {
    // snippet: receive
    try (ForkedChild child = Fork.node("listen.js").spawn()) {
      Message message = child.receive(Duration.ofSeconds(30)).orElseThrow();
      child.send("thank you"); // it is shared: whoever accepts first has a connection
      child.receive(Duration.ofSeconds(30)); // 'I accept no more'
      try (Handle server = message.handle().orElseThrow()) { // yours to close
        try (Handle client = Handle.connect(server.localAddress());
            Handle connection = server.accept()) {
          connection.output().write("from Java".getBytes(StandardCharsets.UTF_8));
          connection.output().close(); // the client reads end of file
          System.out.println(new String(client.input().readAllBytes(), StandardCharsets.UTF_8));
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
          connection.output().write("from a Java child".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
      parent.onDisconnect().join();
    }
  }

  // end

  private static void javaChild() throws InterruptedException, IOException {
    try (ForkedChild child = Fork.java(Server.class).spawn();
        Handle server = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 128);
        Handle client = Handle.connect(server.localAddress())) {
      child.send(null, server.accept());
      System.out.println(new String(client.input().readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static String textFrom(Handle server) throws InterruptedException, IOException {
    try (Handle client = Handle.connect(server.localAddress())) {
      return new String(client.input().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
