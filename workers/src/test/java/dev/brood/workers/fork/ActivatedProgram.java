package dev.brood.workers.fork;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Handle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A Java child that was given sockets and a channel: serves one connection of the last socket. */
final class ActivatedProgram {
  private ActivatedProgram() {}

  public static void main(String[] arguments) throws InterruptedException, IOException {
    Channel channel = Channel.parent().orElseThrow();
    List<NamedDescriptor> given = SocketActivation.received();
    boolean unused = channel.send(given.stream().map(NamedDescriptor::name).toList());
    unused = channel.send(SocketActivation.received().size());
    try (Handle server = Handle.of(given.getLast().descriptor(), Handle.Kind.SERVER);
        Handle connection = server.accept()) {
      // Read first: a connection closed with unread bytes is reset, and the answer lost.
      int length = connection.input().read(new byte[1024]);
      connection.output().write((length > 0 ? "java" : "").getBytes(StandardCharsets.UTF_8));
    }
    channel.disconnect();
  }
}
