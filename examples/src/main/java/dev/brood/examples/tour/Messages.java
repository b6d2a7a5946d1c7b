package dev.brood.examples.tour;

import dev.brood.process.Command;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.Message;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Messages both ways: sent, received, given to handlers, and read to the end. */
final class Messages {
  private Messages() {}

  // snippet: child
  record Order(String article, int count) {}

  static final class Shop {
    public static void main(String[] args) {
      Channel parent = Channel.parent().orElseThrow();
      parent.onMessage(message -> {
        Order order = message.as(Order.class);
        parent.send(order.count() + " x " + order.article());
        if (order.count() == 0) {
          parent.disconnect(); // what it has sent goes first
        }
      });
      parent.onDisconnect().join();
    }
  }

  // end

  public static void main(String[] args) throws Exception {
    try (ForkedChild child = Fork.java(Shop.class).spawn()) {
      Channel channel = child.channel();
      oneByOne(channel);
      end(channel);
    }
    handlers();
  }

  private static void oneByOne(Channel channel) throws InterruptedException {
    // snippet: messages
    channel.send(new Order("pen", 3)); // a record becomes an object
    Message first = channel.receive(); // waits
    Optional<Message> second = channel.receive(Duration.ofMillis(20)); // waits that long at most
    System.out.println(first.value() + ", " + second); // 3 x pen, Optional.empty
    // end
  }

  private static void end(Channel channel) throws InterruptedException {
    // snippet: end
    channel.send(new Order("ink", 1));
    channel.send(new Order("nothing", 0)); // now the child disconnects
    try {
      while (true) {
        System.out.println(channel.receive().value());
      }
    } catch (ChannelClosedException e) {
      System.out.println("over; connected: " + channel.isConnected());
    }
    // end
  }

  private static void handlers() throws InterruptedException {
    CompletableFuture<Object> seen = new CompletableFuture<>();
    String script =
        "read -r go <&3; echo '{\"brood\":\"progress\",\"percent\":40}' >&3; echo '\"done\"' >&3";
    try (ForkedChild child = Fork.of(Command.of("sh", "-c", script)).spawn()) {
      Channel channel = child.channel();
      CompletableFuture<Object> last = new CompletableFuture<>();
      // snippet: handlers
      channel.on("progress", message -> seen.complete(message.field("percent").orElseThrow()));
      channel.onMessage(message -> last.complete(message.value())); // all others
      // end
      channel.send("go");
      System.out.println(seen.join() + " percent, then " + last.join());
    }
  }
}
