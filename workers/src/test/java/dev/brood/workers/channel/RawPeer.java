package dev.brood.workers.channel;

import dev.brood.process.internal.io.MessageSocket;
import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.linux.Descriptors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The other end of a channel, played byte by byte by a test. */
final class RawPeer implements AutoCloseable {
  final Channel channel;
  final Deque<Integer> descriptors = new ArrayDeque<>();
  private final MessageSocket socket;
  private final StringBuilder received = new StringBuilder();

  RawPeer(ChannelOptions options) {
    int[] ends = new int[2];
    if (Descriptors.socketPair(ends) < 0) {
      throw new IllegalStateException("no socket pair");
    }
    channel = Channel.adopt(ends[0], options);
    socket = new MessageSocket(Reactor.shared(), ends[1]);
  }

  static RawPeer json() {
    return new RawPeer(ChannelOptions.of(Codec.JSON));
  }

  void write(String text) throws IOException, InterruptedException {
    write(text, -1);
  }

  void write(String text, int descriptor) throws IOException, InterruptedException {
    write(text.getBytes(StandardCharsets.UTF_8), descriptor);
  }

  void write(byte[] bytes) throws IOException, InterruptedException {
    write(bytes, -1);
  }

  private void write(byte[] bytes, int descriptor) throws IOException, InterruptedException {
    int rider = descriptor;
    for (int sent = 0; sent < bytes.length; ) {
      int count = socket.trySend(bytes, sent, bytes.length - sent, rider);
      if (count > 0) {
        sent += count;
        rider = -1;
      } else {
        socket.awaitSendable();
      }
    }
  }

  /** The next line; null at the end. */
  String readLine() throws Exception {
    return CompletableFuture.supplyAsync(this::line, Thread::startVirtualThread)
        .get(20, TimeUnit.SECONDS);
  }

  private String line() {
    try {
      byte[] buffer = new byte[64 * 1024];
      while (received.indexOf("\n") < 0) {
        int count = socket.receive(buffer, descriptors::add);
        if (count == MessageSocket.END) {
          return null;
        }
        received.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
      }
      int end = received.indexOf("\n");
      String line = received.substring(0, end);
      received.delete(0, end + 1);
      return line;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void hangUp() {
    socket.close();
  }

  @Override
  public void close() {
    socket.close();
    channel.close();
    descriptors.forEach(Descriptors::close);
  }
}
