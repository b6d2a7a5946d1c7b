package dev.brood.workers.channel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Function;

/**
 * A child of the ring tests. Its first argument says what it does with the rings that come with its
 * messages; the second whether on a platform or a virtual thread.
 */
final class RingProgram {
  private RingProgram() {}

  public static void main(String[] args) throws Exception {
    Channel channel = Channel.parent().orElseThrow();
    Thread.Builder builder = args[1].equals("virtual") ? Thread.ofVirtual() : Thread.ofPlatform();
    builder.start(() -> run(args[0], channel)).join();
    channel.disconnect();
  }

  private static void run(String what, Channel channel) {
    try {
      SharedRing first = ring(channel);
      switch (what) {
        case "echo" -> echo(first.reader(), ring(channel).writer());
        case "sum" -> sum(channel, first.reader());
        case "hold" -> channel.receive(); // until it is killed
        default -> throw new IllegalArgumentException(what);
      }
    } catch (ChannelClosedException e) {
      // the parent is through
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static SharedRing ring(Channel channel) throws InterruptedException {
    SharedRing ring = SharedRing.open(channel.receive().handle().orElseThrow());
    boolean unused = channel.send("open");
    return ring;
  }

  /** Sends every record back. */
  private static void echo(RingReader from, RingWriter to) throws InterruptedException {
    while (true) {
      to.write(from.read());
    }
  }

  /** Adds up the first byte and the length of every record, and tells at the end. */
  private static void sum(Channel channel, RingReader from) throws InterruptedException {
    long records = 0;
    long total = 0;
    Function<MemorySegment, Long> look =
        record -> record.byteSize() + record.get(ValueLayout.JAVA_BYTE, 0);
    try {
      while (true) {
        total += from.read(look);
        records++;
      }
    } catch (ChannelClosedException e) {
      boolean unused = channel.send(records + " " + total);
    }
  }
}
