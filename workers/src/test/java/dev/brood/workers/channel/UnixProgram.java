package dev.brood.workers.channel;

import java.nio.file.Path;
import java.time.Duration;

/** A child of the tests of named sockets and markers; its first argument says what it does. */
final class UnixProgram {
  private UnixProgram() {}

  public static void main(String[] args) throws Exception {
    Channel parent = Channel.parent().orElseThrow();
    Path path = Path.of(args.length > 1 ? args[1] : "/");
    switch (args[0]) {
      case "serve" -> serve(parent, path);
      case "ask" -> ask(parent, path);
      case "mark" -> Marker.fromEnvironment().orElseThrow().complete("marked by a child");
      default -> throw new IllegalArgumentException(args[0]);
    }
    parent.disconnect();
  }

  /** Passes what clients send on to the parent, and answers requests, until it is killed. */
  private static void serve(Channel parent, Path path) throws InterruptedException {
    try (UnixServer server = UnixServer.listen(path, UnixServerOptions.standard())) {
      boolean unused = parent.send("serving"); // before any client has said something
      server.onConnection(connection ->
          connection
              .channel()
              .onRequest(message -> "answer to " + message.value())
              .onMessage(message -> pass(parent, message)));
      parent.onDisconnect().join();
    }
  }

  private static void pass(Channel parent, Message message) {
    boolean unused = parent.send(message.value());
  }

  private static void ask(Channel parent, Path path) throws InterruptedException {
    try (UnixClient client = UnixClient.of(path, UnixClientOptions.standard()).start()) {
      Message reply = client.request("question", Duration.ofSeconds(60));
      boolean unused = parent.send(reply.value());
    }
  }
}
