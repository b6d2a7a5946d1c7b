package dev.brood.examples;

import dev.brood.process.Command;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.ChannelFullException;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.MessageTooLargeException;
import dev.brood.workers.channel.RequestFailedException;
import dev.brood.workers.channel.RequestTimeoutException;
import dev.brood.workers.channel.WhenFull;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Talks over the channel of a child: messages, requests, bounds and the end. */
final class Channels {
  private Channels() {}

  // snippet: records
  record Sum(int a, int b) {}

  record Answer(int value) {}

  // end

  // snippet: child
  static final class Calculator {
    public static void main(String[] args) {
      Channel parent = Channel.parent().orElseThrow();
      parent.onRequest(message -> {
        Sum sum = message.as(Sum.class);
        return new Answer(Math.addExact(sum.a(), sum.b()));
      });
      parent.onMessage(message -> parent.send(List.of("got", String.valueOf(message.value()))));
      parent.onDisconnect().join();
    }
  }

  // end

  public static void main(String[] args) throws Exception {
    try (ForkedChild child = Fork.java(Calculator.class).spawn()) {
      Channel channel = child.channel();
      messages(channel);
      requests(channel);
      end(channel);
    }
    handlers();
    backPressure();
    malformed();
  }

  private static void messages(Channel channel) throws InterruptedException {
    // snippet: messages
    channel.send(new Sum(1, 2)); // a record becomes an object
    Message first = channel.receive(); // waits
    Optional<Message> second = channel.receive(Duration.ofMillis(20)); // waits that long at most
    System.out.println(first.value() + ", " + second); // [got, {a=1, b=2}], Optional.empty
    // end
  }

  private static void requests(Channel channel) throws InterruptedException {
    // snippet: requests
    Message reply = channel.request(new Sum(20, 22), Duration.ofSeconds(30));
    System.out.println(reply.as(Answer.class).value()); // 42
    try {
      channel.request(new Sum(Integer.MAX_VALUE, 1), Duration.ofSeconds(30));
    } catch (RequestFailedException e) {
      System.out.println("it says: " + e.peerMessage()); // the child lives on
    } catch (RequestTimeoutException e) {
      System.out.println("no reply; it may come, and is dropped then");
    }
    CompletableFuture<Message> later = channel.requestAsync(new Sum(1, 1), Duration.ofSeconds(30));
    // end
    System.out.println(later.join().value());
  }

  private static void handlers() throws InterruptedException {
    CompletableFuture<Object> seen = new CompletableFuture<>();
    String script =
        "read -r go <&3; echo '{\"brood\":\"progress\",\"percent\":40}' >&3; echo 1 >&3";
    try (ForkedChild child = Fork.of(Command.of("sh", "-c", script)).spawn()) {
      Channel channel = child.channel();
      // snippet: handlers
      channel.onMessage(message -> System.out.println("message " + message.value()));
      channel.on("progress", message -> seen.complete(message.field("percent").orElseThrow()));
      // end
      channel.send("go");
      System.out.println(seen.join() + " percent");
      channel.onDisconnect().join();
    }
  }

  private static void end(Channel channel) throws InterruptedException {
    // snippet: end
    channel.send("the last one");
    channel.disconnect(); // queued messages go first; the other side reads to the end
    try {
      while (true) {
        System.out.println(channel.receive().value());
      }
    } catch (ChannelClosedException e) {
      System.out.println("over: " + channel.isConnected());
    }
    // end
  }

  private static void backPressure() {
    // snippet: full
    ChannelOptions small =
        ChannelOptions.of(Codec.JSON)
            .messageLimitBytes(100_000)
            .queueLimitBytes(500_000)
            .whenFull(WhenFull.REFUSE);
    Fork deaf = Fork.of(Command.of("sleep", "60")).options(small).toldGrace(Duration.ZERO);
    try (ForkedChild child = deaf.spawn()) {
      int sent = 0;
      boolean quick = true;
      try {
        while (true) {
          quick &= child.send("x".repeat(50_000)); // false: it queues; time to send less
          sent++;
        }
      } catch (ChannelFullException e) {
        System.out.println(sent + " sent, then: " + e.getMessage() + "; quick: " + quick);
      }
      try {
        child.send("x".repeat(200_000));
      } catch (MessageTooLargeException e) {
        System.out.println(e.getMessage());
      }
    }
    // end
  }

  private static void malformed() throws InterruptedException {
    Fork fork =
        Fork.of(Command.of("sh", "-c", "read -r go <&3; echo nonsense >&3; echo '\"sense\"' >&3"));
    // snippet: malformed
    try (ForkedChild child = fork.spawn()) {
      child.channel().onMalformed(reason -> System.out.println("skipped: " + reason.getMessage()));
      child.send("go");
      System.out.println(child.receive(Duration.ofSeconds(30)).orElseThrow().value()); // sense
    }
    // end
  }
}
