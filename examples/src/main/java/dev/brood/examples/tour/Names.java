package dev.brood.examples.tour;

import dev.brood.workers.broker.Broker;
import dev.brood.workers.broker.BrokerClient;
import dev.brood.workers.broker.BrokerException;
import dev.brood.workers.broker.PresenceEvent;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Children that know each other by name: requests, messages, broadcast, presence. Needs node. */
final class Names {
  // snippet: node
  private static final String SHOP =
      """
      process.on('message', (message) => {
        if (message.brood === 'reply') {
          process.send('the price is ' + message.body);
        } else if (message.broadcast) {
          process.send('all hear: ' + message.body);
        } else if (message.brood === 'message') {
          process.send('for me: ' + message.body.article);
        }
      });
      process.send({ brood: 'request', id: 1, to: 'prices', body: { article: 'pen' } });
      """;

  // end

  private Names() {}

  // snippet: child
  static final class Prices {
    public static void main(String[] args) {
      Channel parent = Channel.parent().orElseThrow();
      parent.onRequest(message -> message.from().orElse("parent").length()); // who asks
      BrokerClient.of(parent)
          .onLetter(letter -> parent.send("prices, too: " + letter.body()))
          .start();
      parent.onDisconnect().join();
    }
  }

  // end

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("shop.js"), SHOP);
    BlockingQueue<PresenceEvent> presence = new LinkedBlockingQueue<>();
    // snippet: join
    try (Broker broker = Broker.open().onPresence(presence::add);
        ForkedChild prices = Fork.java(Prices.class).spawn();
        ForkedChild shop = Fork.node("shop.js").spawn()) {
      broker.join("prices", prices.channel());
      broker.join("shop", shop.channel());
      System.out.println(broker.names() + " " + presence.take() + " " + presence.take());
      System.out.println(shop.receive().value()); // what is not for the broker stays here
      // end
      // snippet: names
      boolean known = broker.send("shop", Map.of("article", "pen", "count", 2));
      System.out.println(known + ", " + shop.receive().value());
      broker.broadcast("closing soon");
      System.out.println(shop.receive().value() + "; " + prices.receive().value());
      // end
      // snippet: request
      int length = (Integer) broker.request("prices", null, Duration.ofSeconds(30)).value();
      try {
        broker.request("nobody", null, Duration.ofSeconds(30));
      } catch (BrokerException e) {
        System.out.println(length + ", " + e.problem()); // 6, UNKNOWN_NAME
      }
      // end
      shop.disconnect();
      System.out.println(presence.take());
    }
  }
}
