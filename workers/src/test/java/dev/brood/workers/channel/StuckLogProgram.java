package dev.brood.workers.channel;

import dev.brood.process.internal.linux.Descriptors;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A program that cannot log, because nobody reads its standard error, and whose peer errs. */
public final class StuckLogProgram {
  /** As a pipe that is full. */
  private static final class NeverTaken extends OutputStream {
    private final CompletableFuture<Void> never = new CompletableFuture<>();

    @Override
    public void write(int oneByte) {
      never.join();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      never.join();
    }
  }

  private StuckLogProgram() {}

  /** Prints what it receives after each error, and whether it can still send. */
  public static void main(String[] arguments) throws Exception {
    System.setErr(new PrintStream(new NeverTaken(), true, StandardCharsets.UTF_8));
    int[] ends = new int[2];
    if (Descriptors.socketPair(ends) < 0) {
      throw new IllegalStateException("no socket pair");
    }
    try (Channel channel = Channel.adopt(ends[0], ChannelOptions.of(Codec.JSON));
        Handle peer = Handle.of(ends[1], Handle.Kind.SOCKET);
        Handle server = listening()) {
      write(peer, "garbage\n\"after garbage\"\n");
      System.out.println(received(channel));
      boolean unused = channel.send("take", server);
      write(peer, "{\"cmd\":\"NODE_HANDLE_NACK\"}\n\"after a refusal\"\n");
      System.out.println(received(channel));
      boolean alsoUnused = channel.send("still sends");
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(peer.input(), StandardCharsets.UTF_8));
      lines.readLine(); // the descriptor
      System.out.println(lines.readLine());
    }
    System.out.flush();
    Runtime.getRuntime().halt(0); // an orderly end closes the log, which waits for it
  }

  private static Handle listening() {
    return Handle.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
  }

  private static void write(Handle peer, String text) throws Exception {
    peer.output().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Object received(Channel channel) throws InterruptedException {
    return channel.receive(Duration.ofSeconds(20)).<Object>map(Message::value).orElse("nothing");
  }
}
