package dev.brood.examples;

import dev.brood.workers.broker.Broker;
import dev.brood.workers.broker.BrokerClient;
import dev.brood.workers.broker.BrokerException;
import dev.brood.workers.broker.BrokerOptions;
import dev.brood.workers.broker.Subscription;
import dev.brood.workers.broker.WhenBehind;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets children talk to each other: by topic, by name, with requests. Needs node. */
final class MessageBroker {
  // snippet: node
  private static final String SHOP =
      """
      process.on('message', (message) => {
        if (message === 'begin') {
          process.send({ brood: 'request', id: 1, to: 'prices', body: { article: 'pen' } });
        } else if (message.brood === 'reply') {
          process.send('the price is ' + message.body);
        } else if (message.brood === 'message' && !message.broadcast) { // sent by name
          process.send({ brood: 'publish', topic: 'orders.eu.created', body: message.body });
        }
      });
      """;

  // end

  private MessageBroker() {}

  // snippet: child
  static final class Prices {
    public static void main(String[] args) {
      Channel parent = Channel.parent().orElseThrow();
      parent.onRequest(message -> message.from().orElse("parent").length()); // who asks
      BrokerClient broker =
          BrokerClient.of(parent)
              .onLetter(letter -> System.out.println("prices hears of " + letter.body()));
      parent.onMessage(begin -> {
        broker.subscribe("orders.#", "accounts"); // as one of a group
        parent.send("ready");
      });
      parent.onDisconnect().join();
    }
  }

  // end

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("shop.js"), SHOP);
    together();
    bounds();
  }

  private static void together() throws InterruptedException {
    CountDownLatch heard = new CountDownLatch(1);
    // snippet: join
    try (Broker broker = Broker.open();
        ForkedChild prices = Fork.java(Prices.class).spawn()) {
      broker.onPresence(event -> System.out.println(event));
      broker.join("prices", prices.channel());
      prices.send("begin"); // the broker hears what a child says after it has joined
      System.out.println(prices.receive().value()); // ready: other messages stay with the channel
      try (ForkedChild shop = Fork.node("shop.js").spawn()) {
        broker.join("shop", shop.channel());
        shop.send("begin");
        System.out.println(shop.receive().value()); // the price is 4
        // end
        topics(broker, heard);
      }
    }
  }

  private static void topics(Broker broker, CountDownLatch heard) throws InterruptedException {
    // snippet: topics
    try (Subscription orders =
        broker.subscribe(
            "orders.*.created",
            letter -> {
              System.out.println(letter.topic() + " from " + letter.from() + ": " + letter.body());
              heard.countDown();
            })) {
      boolean known = broker.send("shop", Map.of("article", "pen", "count", 2)); // by name
      System.out.println(known + " " + heard.await(30, TimeUnit.SECONDS));
      System.out.println("hears " + orders.pattern());
      broker.publish("orders.eu.paid", 7); // for those who have subscribed to orders.#
      broker.broadcast("closing soon"); // for all children
    }
    // end
    // snippet: request
    int length = (Integer) broker.request("prices", null, Duration.ofSeconds(30)).value();
    try {
      broker.request("nobody", null, Duration.ofSeconds(30));
    } catch (BrokerException e) {
      System.out.println(length + ", " + e.problem()); // 6, UNKNOWN_NAME
    }
    // end
  }

  private static void bounds() throws Exception {
    CompletableFuture<Object> lost = new CompletableFuture<>();
    // snippet: bounds
    BrokerOptions options =
        BrokerOptions.DEFAULT
            .queueLimit(1_000, 4 * 1024 * 1024)
            .whenBehind(WhenBehind.DROP_NEWEST)
            .requests(100, Duration.ofSeconds(5));
    try (Broker broker = Broker.open(options)) {
      broker.onDeadLetter(letter -> lost.complete(List.of(letter.reason(), letter.letter())));
      broker.publish("orders.eu.created", "nobody listens");
      System.out.println(lost.get(30, TimeUnit.SECONDS));
    }
    // end
  }
}
