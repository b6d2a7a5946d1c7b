package dev.brood.examples.tour;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.brood.workers.channel.Handle;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Gives a Node child a listening socket, and one connection. Needs node. */
final class GivenSockets {
  // snippet: node
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

  // end

  private GivenSockets() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("serve.js"), SERVE);
    try (ForkedChild child = Fork.node("serve.js").spawn()) {
      listening(child);
      connection(child);
    }
  }

  private static void listening(ForkedChild child) throws Exception {
    // snippet: listening
    try (Handle server = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 128)) {
      child.send("serve", server); // shared: it stays open here too
      child.receive(Duration.ofSeconds(30)); // 'done': the child has it
      try (Handle client = Handle.connect(server.localAddress())) {
        System.out.println(new String(client.input().readAllBytes(), UTF_8));
      }
    }
    // end
  }

  private static void connection(ForkedChild child) throws Exception {
    // snippet: connection
    try (Handle server = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 128);
        Handle client = Handle.connect(server.localAddress())) {
      Handle connection = server.accept();
      child.send("answer", connection); // given away: closed here when the child has it
      System.out.println(new String(client.input().readAllBytes(), UTF_8));
    }
    // end
    child.receive(Duration.ofSeconds(30));
  }
}
