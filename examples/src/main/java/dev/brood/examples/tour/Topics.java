package dev.brood.examples.tour;

import dev.brood.workers.broker.Broker;
import dev.brood.workers.broker.Letter;
import dev.brood.workers.broker.Subscription;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Publishes to whoever has subscribed, and shares jobs among a group. Needs node. */
final class Topics {
  // snippet: node
  private static final String WORKER =
      """
      process.on('message', ({ brood, topic, body }) => {
        if (brood !== 'message') {
          process.send({ brood: 'subscribe', pattern: 'jobs.*', group: 'workers' });
          process.send({ brood: 'subscribe', pattern: 'news.#' });
          process.send('ready');
        } else if (topic.startsWith('jobs.')) { // one of the group gets it
          process.send({ brood: 'publish', topic: 'done.' + body, body: 'job ' + body });
        } else { // all get it
          process.send({ brood: 'publish', topic: 'heard', body });
        }
      });
      """;

  // end

  private Topics() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("worker.js"), WORKER);
    BlockingQueue<Letter> letters = new LinkedBlockingQueue<>();
    // snippet: topics
    try (Broker broker = Broker.open();
        ForkedChild _ = started(broker, "first");
        ForkedChild _ = started(broker, "second")) {
      try (Subscription _ = broker.subscribe("done.*", letters::add)) {
        for (int job = 1; job <= 4; job++) {
          broker.publish("jobs.print", job); // the worker with the least to do gets it
        }
        System.out.println(taken(letters, 4).stream().map(Letter::body).sorted().toList());
      } // hears no more of these
      try (Subscription _ = broker.subscribe("heard", letters::add)) {
        broker.publish("news.weather.today", "sun"); // both get both, in this order
        broker.publish("news.weather.tomorrow", "rain");
        System.out.println(byMember(taken(letters, 4)));
      }
    }
    // end
  }

  // snippet: started
  private static ForkedChild started(Broker broker, String name) throws InterruptedException {
    ForkedChild child = Fork.node("worker.js").spawn();
    broker.join(name, child.channel());
    child.send("begin"); // the broker hears what a child says after it has joined
    child.receive(); // ready: what is not for the broker stays with the channel
    return child;
  }

  // end

  private static List<Letter> taken(BlockingQueue<Letter> letters, int count)
      throws InterruptedException {
    List<Letter> taken = new ArrayList<>();
    while (taken.size() < count) {
      taken.add(letters.take());
    }
    return taken;
  }

  private static Map<String, List<Object>> byMember(List<Letter> letters) {
    Map<String, List<Object>> bodies = new TreeMap<>();
    for (Letter letter : letters) {
      bodies
          .computeIfAbsent(letter.from().orElseThrow(), name -> new ArrayList<>())
          .add(letter.body());
    }
    return bodies;
  }
}
