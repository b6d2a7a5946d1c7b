package dev.brood.examples.tour;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.Peer;
import dev.brood.workers.channel.SocketInUseException;
import dev.brood.workers.channel.UnixClient;
import dev.brood.workers.channel.UnixClientOptions;
import dev.brood.workers.channel.UnixServer;
import dev.brood.workers.channel.UnixServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** Channels between programs that did not start each other, at a path. */
final class UnixSockets {
  private UnixSockets() {}

  public static void main(String[] args) throws Exception {
    Path path = Path.of("service.sock");
    serve(path);
    admit(path);
  }

  private static void serve(Path path) throws InterruptedException {
    // snippet: server
    try (UnixServer server = UnixServer.listen(path, UnixServerOptions.standard())) {
      server.onConnection(connection -> {
        Peer peer = connection.peer(); // pid, uid and gid, as the kernel says
        Channel channel = connection.channel();
        channel.onRequest(question -> "to user " + peer.uid() + ": " + question.value());
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
