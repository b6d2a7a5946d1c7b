package dev.brood.examples;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ConnectionEvent;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.Peer;
import dev.brood.workers.channel.Reconnect;
import dev.brood.workers.channel.SocketInUseException;
import dev.brood.workers.channel.UnixClient;
import dev.brood.workers.channel.UnixClientOptions;
import dev.brood.workers.channel.UnixServer;
import dev.brood.workers.channel.UnixServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Channels between programs that did not start each other, at a path. */
final class UnixSockets {
  private UnixSockets() {}

  public static void main(String[] args) throws Exception {
    Path path = Path.of("service.sock");
    serve(path);
    reconnect(path);
    admit(path);
  }

  private static void serve(Path path) throws InterruptedException {
    // snippet: server
    try (UnixServer server = UnixServer.listen(path, UnixServerOptions.standard())) {
      server.onConnection(connection -> {
        Peer peer = connection.peer(); // pid, uid and gid, as the kernel says
        Channel channel = connection.channel();
        channel.onRequest(question -> "to " + peer.uid() + ": " + question.value());
      });
      // end
      client(path);
      // snippet: twice
      try (UnixServer second = UnixServer.listen(path, UnixServerOptions.standard())) {
        System.out.println("both serve? " + second);
      } catch (SocketInUseException e) {
        System.out.println(e.getMessage()); // a server lives there
      }
      // end
    }
  }

  private static void client(Path path) throws InterruptedException {
    // snippet: client
    try (UnixClient client = UnixClient.of(path, UnixClientOptions.standard()).start()) {
      Message reply = client.request("how are you?", Duration.ofSeconds(30));
      System.out.println(reply.value());
    }
    // end
  }

  private static void reconnect(Path path) throws InterruptedException {
    CountDownLatch arrived = new CountDownLatch(2);
    // snippet: reconnect
    UnixClientOptions options =
        UnixClientOptions.standard()
            .reconnect(Reconnect.forever().pauses(Duration.ofMillis(20), Duration.ofSeconds(1)))
            .queueWhenAway(1_000);
    try (UnixClient client =
        UnixClient.of(path, options)
            .onEvent(event -> {
              switch (event) {
                case ConnectionEvent.Connected e -> System.out.println("talks to " + e.server());
                case ConnectionEvent.Lost _ -> System.out.println("lost");
                case ConnectionEvent.Failed e when e.failures() > 1 -> {}
                case ConnectionEvent.Failed e -> System.out.println(e.reason());
                case ConnectionEvent.GaveUp e -> System.out.println(e.reason());
              }
            })
            .start()) {
      client.send("sent before there is a server"); // waits for the connection
      // end
      for (int i = 0; i < 2; i++) {
        try (UnixServer server = UnixServer.listen(path, UnixServerOptions.standard())) {
          Channel channel = server.accept().channel();
          System.out.println(channel.receive().value());
          arrived.countDown();
        }
        client.channel().ifPresent(lost -> lost.onDisconnect().join());
        client.send("sent while the server was away");
      }
      System.out.println(arrived.await(30, TimeUnit.SECONDS));
    }
  }

  private static void admit(Path path) throws InterruptedException {
    // snippet: admit
    Set<Integer> users = Set.of(0, 33);
    UnixServerOptions options =
        UnixServerOptions.standard()
            .mode(0666) // who may open the file
            .admit(peer -> peer.isSameUser() || users.contains(peer.uid())) // and who may stay
            .connectionLimit(100);
    // end
    try (UnixServer server = UnixServer.listen(path, options)) {
      server.onConnection(connection -> connection.channel().onRequest(Message::value));
      client(path);
    }
  }
}
