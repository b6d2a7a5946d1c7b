package dev.brood.workers.fork;

import dev.brood.process.Command;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A Java program that does what its parent, a Node program, tells it over the channel. */
public final class JavaProgram {
  private final Channel channel;
  private @Nullable Handle kept;

  private JavaProgram(Channel channel) {
    this.channel = channel;
  }

  /** Runs until the channel ends. */
  public static void main(String[] arguments) throws Exception {
    Channel channel = Channel.parent().orElseThrow();
    send(
        channel,
        Map.of(
            "hello", List.of(arguments),
            "codec", channel.options().codec().name(),
            "same", Channel.parent().orElseThrow() == channel));
    channel.onMalformed(reason -> send(channel, Map.of("malformed", true)));
    JavaProgram program = new JavaProgram(channel);
    try {
      while (true) {
        program.handle(channel.receive());
      }
    } catch (ChannelClosedException e) {
      System.exit(program.kept == null ? 0 : 9);
    }
  }

  private void handle(Message message) throws Exception {
    switch (message.field("do").map(Object::toString).orElse("echo")) {
      case "serve" -> serve(message.handle().orElseThrow());
      case "keep" -> keep(message.handle().orElseThrow());
      case "letGo" -> letGo();
      case "makeServer" -> makeServer();
      case "makeSocket" -> makeSocket(((Number) message.field("port").orElseThrow()).intValue());
      case "giveBack" -> giveBack(message);
      case "flood" -> flood();
      case "grandchild" -> grandchild();
      case "leave" -> channel.disconnect();
      default -> send(channel, message.value());
    }
  }

  private void serve(Handle server) throws Exception {
    try (server;
        Handle connection = server.accept()) {
      write(connection, "served by Java");
    }
  }

  private void keep(Handle socket) throws Exception {
    write(socket, "kept by Java");
    kept = socket;
    send(channel, Map.of("kept", socket.kind().name(), "hasKey", socket.key().isPresent()));
  }

  private void letGo() {
    if (kept != null) {
      kept.close();
      kept = null;
    }
  }

  private void makeServer() throws InterruptedException {
    try (Handle server = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 16)) {
      int port = ((InetSocketAddress) server.localAddress()).getPort();
      boolean unused = channel.send(Map.of("server", port), server);
    }
  }

  private void makeSocket(int port) throws InterruptedException {
    Handle socket = Handle.connect(new InetSocketAddress("127.0.0.1", port));
    boolean unused = channel.send(Map.of("socket", port), socket);
  }

  private void giveBack(Message message) {
    try (Handle handle = message.handle().orElseThrow()) {
      Map<String, Object> back = new LinkedHashMap<>();
      back.put("back", handle.kind().name());
      message.field("pad").ifPresent(pad -> back.put("pad", pad));
      boolean unused = channel.send(back, handle);
    }
  }

  /** Sends until it is told that messages queue. */
  private void flood() {
    String text = "x".repeat(300_000);
    int sent = 1;
    while (channel.send(text) && sent < 1000) {
      sent++;
    }
    send(channel, Map.of("flooded", sent));
  }

  /** What a program sees that this one starts: no variables, and no descriptor of the channel. */
  private void grandchild() throws InterruptedException {
    String look = "env | grep -cE '^NODE_(CHANNEL|UNIQUE)'; ls /proc/self/fd";
    List<String> lines = Command.of("sh", "-c", look).textLines();
    List<String> foreign =
        IntStream.range(1, lines.size())
            .mapToObj(lines::get)
            .filter(number -> Integer.parseInt(number) > 3) // 3 is the directory being read
            .toList();
    send(channel, Map.of("variables", lines.getFirst(), "descriptors", foreign));
  }

  private static void write(Handle connection, String text) throws Exception {
    OutputStream output = connection.output();
    output.write(text.getBytes(StandardCharsets.UTF_8));
    output.flush();
  }

  private static void send(Channel channel, @Nullable Object value) {
    boolean unused = channel.send(value);
  }
}
