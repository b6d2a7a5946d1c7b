package dev.brood.examples.tour;

import dev.brood.process.Command;
import dev.brood.workers.broker.Broker;
import dev.brood.workers.broker.BrokerOptions;
import dev.brood.workers.broker.DeadLetter;
import dev.brood.workers.broker.WhenBehind;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** What becomes of messages that nobody can take. */
final class DeadLetters {
  private DeadLetters() {}

  public static void main(String[] args) throws Exception {
    BlockingQueue<DeadLetter> dead = new LinkedBlockingQueue<>();
    // snippet: bounds
    BrokerOptions options =
        BrokerOptions.DEFAULT
            .queueLimit(1_000, 4 * 1024 * 1024) // for each receiver
            .whenBehind(WhenBehind.DROP_NEWEST)
            .requests(100, Duration.ofSeconds(5));
    try (Broker broker = Broker.open(options)) {
      broker.onDeadLetter(dead::add);
      broker.publish("orders.eu.created", "nobody listens");
      broker.send("nobody", "no such name");
      System.out.println(dead.take().reason() + ", " + dead.take().reason());
      // end
      oneIsDeaf(broker, dead);
    }
  }

  private static void oneIsDeaf(Broker broker, BlockingQueue<DeadLetter> dead)
      throws InterruptedException {
    Fork deaf = Fork.of(Command.of("sleep", "60")).toldGrace(Duration.ZERO);
    // snippet: deaf
    try (ForkedChild slow = deaf.spawn();
        ForkedChild quick = Fork.java(DeadLetters::answer).spawn()) {
      broker.join("slow", slow.channel());
      broker.join("quick", quick.channel());
      while (dead.isEmpty()) {
        broker.send("slow", "x".repeat(10_000)); // never waits
      }
      System.out.println(dead.peek().receiver().orElseThrow() + ": " + dead.take().reason());
      System.out.println(broker.request("quick", "and you?", Duration.ofSeconds(30)).value());
    }
    // end
  }

  private static void answer(Channel parent) {
    parent.onRequest(question -> "the others notice nothing");
    parent.onDisconnect().join();
  }
}
