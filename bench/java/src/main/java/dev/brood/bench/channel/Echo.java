package dev.brood.bench.channel;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.SharedRing;
import java.util.Map;

/**
 * The Java child. It says that it is there, then follows orders: {@code {"trip": n}} sends the next
 * n messages back, {@code {"flow": n}} receives n and answers once; {@code {"ringTrip": n}} and
 * {@code {"ringFlow": n}} do so with the records of two rings, which come as handles before.
 */
final class Echo {
  private final Channel channel;

  private Echo(Channel channel) {
    this.channel = channel;
  }

  public static void main(String[] args) throws InterruptedException {
    Channel channel = Channel.parent().orElseThrow();
    boolean unused = channel.send("ready");
    Thread thread =
        args[0].equals("virtual")
            ? Thread.ofVirtual().start(new Echo(channel)::serve)
            : Thread.ofPlatform().start(new Echo(channel)::serve);
    thread.join();
  }

  private void serve() {
    try {
      while (true) {
        obey();
      }
    } catch (ChannelClosedException e) {
      return; // the parent is through
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void obey() throws InterruptedException {
    if (!(channel.receive().value() instanceof Map<?, ?> order)) {
      throw new IllegalStateException("no order");
    }
    switch (String.valueOf(order.keySet().iterator().next())) {
      case "trip" -> trip(number(order, "trip"));
      case "flow" -> flow(number(order, "flow"));
      case "ring" -> rings();
      default -> throw new IllegalStateException(order.toString());
    }
  }

  private void trip(int count) throws InterruptedException {
    boolean unused = true;
    for (int i = 0; i < count; i++) {
      unused &= channel.send(channel.receive().value());
    }
  }

  private void flow(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      if (channel.receive().value() == null) {
        throw new IllegalStateException("an empty message");
      }
    }
    boolean unused = channel.send("end");
  }

  /** Records of four bytes are orders: a count to send back, or a negative one to receive. */
  private void rings() throws InterruptedException {
    try (SharedRing in = SharedRing.open(channel.receive().handle().orElseThrow());
        SharedRing out = SharedRing.open(channel.receive().handle().orElseThrow())) {
      while (true) {
        int count = Numbers.of(in.reader().read());
        for (int i = 0; i < Math.abs(count); i++) {
          byte[] record = in.reader().read();
          if (count > 0 || i == -count - 1) {
            out.writer().write(record);
          }
        }
      }
    }
  }

  private static int number(Map<?, ?> order, String verb) {
    return order.get(verb) instanceof Number number ? number.intValue() : 0;
  }
}
