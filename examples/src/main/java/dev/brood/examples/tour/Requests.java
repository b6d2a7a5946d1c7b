package dev.brood.examples.tour;

import dev.brood.process.Command;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.RequestFailedException;
import dev.brood.workers.channel.RequestTimeoutException;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Questions and answers, with a limit, and with failures of the one who is asked. */
final class Requests {
  private Requests() {}

  // snippet: child
  record Sum(int a, int b) {}

  record Answer(int value) {}

  static final class Calculator {
    public static void main(String[] args) {
      Channel parent = Channel.parent().orElseThrow();
      parent.onRequest(message -> {
        Sum sum = message.as(Sum.class);
        return new Answer(Math.addExact(sum.a(), sum.b()));
      });
      parent.onDisconnect().join();
    }
  }

  // end

  public static void main(String[] args) throws Exception {
    try (ForkedChild child = Fork.java(Calculator.class).spawn()) {
      Channel channel = child.channel();
      // snippet: requests
      Message reply = channel.request(new Sum(20, 22), Duration.ofSeconds(30));
      System.out.println(reply.as(Answer.class).value()); // 42
      try {
        channel.request(new Sum(Integer.MAX_VALUE, 1), Duration.ofSeconds(30));
      } catch (RequestFailedException e) {
        System.out.println("it says: " + e.peerMessage()); // the child lives on
      }
      CompletableFuture<Message> later =
          channel.requestAsync(new Sum(1, 1), Duration.ofSeconds(30));
      // end
      System.out.println(later.join().as(Answer.class));
    }
    Fork silent = Fork.of(Command.of("sleep", "60")).toldGrace(Duration.ZERO);
    // snippet: limit
    try (ForkedChild child = silent.spawn()) {
      child.request("anybody there?", Duration.ofMillis(200));
    } catch (RequestTimeoutException e) {
      System.out.println(e.getMessage()); // a reply may still come, and is dropped then
    }
    // end
  }
}
