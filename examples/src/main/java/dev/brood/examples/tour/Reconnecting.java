package dev.brood.examples.tour;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ConnectionEvent;
import dev.brood.workers.channel.Reconnect;
import dev.brood.workers.channel.UnixClient;
import dev.brood.workers.channel.UnixClientOptions;
import dev.brood.workers.channel.UnixServer;
import dev.brood.workers.channel.UnixServerOptions;
import java.nio.file.Path;
import java.time.Duration;

/** A client that is there before its server, and survives it. */
final class Reconnecting {
  private Reconnecting() {}

  public static void main(String[] args) throws Exception {
    Path path = Path.of("service.sock");
    // snippet: reconnect
    UnixClientOptions options =
        UnixClientOptions.standard()
            .reconnect(Reconnect.forever().pauses(Duration.ofMillis(20), Duration.ofSeconds(1)))
            .queueWhenAway(1_000);
    try (UnixClient client =
        UnixClient.of(path, options).onEvent(event -> System.err.println(told(event))).start()) {
      client.send("sent before there is a server"); // waits for the connection
      // end
      for (int start = 1; start <= 2; start++) {
        try (UnixServer server = UnixServer.listen(path, UnixServerOptions.standard())) {
          Channel channel = server.accept().channel();
          System.out.println("server " + start + " hears: " + channel.receive().value());
        }
        client.channel().ifPresent(lost -> lost.onDisconnect().join());
        client.send("sent while the server was away");
      }
    }
  }

  // snippet: events
  private static String told(ConnectionEvent event) {
    return switch (event) {
      case ConnectionEvent.Connected e -> "talks to " + e.server();
      case ConnectionEvent.Lost _ -> "lost";
      case ConnectionEvent.Failed e -> "try " + e.failures() + ": " + e.reason();
      case ConnectionEvent.GaveUp e -> "gave up: " + e.reason();
    };
  }
  // end
}
