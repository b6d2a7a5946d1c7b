package dev.brood.examples;

import dev.brood.workers.broker.Broker;
import dev.brood.workers.broker.BrokerClient;
import dev.brood.workers.broker.Letter;
import dev.brood.workers.broker.PresenceEvent;
import dev.brood.workers.broker.Subscription;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A chat between children in Node, Python and Java. This program is their host: it lets them in,
 * opens the talk and prints what is said. The others are {@code examples/chat/nina.js}, {@code
 * examples/chat/paul.py}, and {@link Jana} below. Needs node and python3.
 */
final class Chat {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private Chat() {}

  public static void main(String[] args) throws Exception {
    Path scripts = SourceFolder.find("examples/chat");
    String sdk = SourceFolder.find("sdk/python").toString();
    BlockingQueue<PresenceEvent> presence = new LinkedBlockingQueue<>();
    BlockingQueue<Letter> room = new LinkedBlockingQueue<>();
    // snippet: host
    Fork python = Fork.python(scripts.resolve("paul.py").toString());
    try (Broker broker = Broker.open().onPresence(presence::add);
        Subscription _ = broker.subscribe("chat.*", room::add);
        ForkedChild nina = Fork.node(scripts.resolve("nina.js").toString()).spawn();
        ForkedChild paul = python.command(c -> c.env("PYTHONPATH", sdk)).spawn();
        ForkedChild jana = Fork.java(Jana.class).spawn()) {
      Map<String, ForkedChild> members =
          new TreeMap<>(Map.of("nina", nina, "paul", paul, "jana", jana));
      members.forEach((name, child) -> broker.join(name, child.channel()));
      for (ForkedChild member : members.values()) {
        member.send("begin"); // has joined, so the broker hears it now
        Object ready = member.receive(LIMIT).orElseThrow().value(); // has subscribed
        System.out.println("* " + taken(presence).name() + " is " + ready);
      }
      broker.publish("chat.room", "Welcome. Who is here?");
      Letter letter;
      do {
        letter = taken(room);
        System.out.println(letter.from().orElse("host") + ": " + letter.body());
      } while (!String.valueOf(letter.body()).endsWith("Good night."));
      for (int i = 0; i < members.size(); i++) {
        String name = taken(presence).name();
        System.out.println("* " + name + " has gone: " + members.get(name).await());
      }
    }
    // end
  }

  private static <T> T taken(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    if (next == null) {
      throw new IllegalStateException("nobody says anything");
    }
    return next;
  }

  // snippet: jana
  /** The member in Java: knows who is here, and speaks last. */
  static final class Jana {
    public static void main(String[] args) {
      Channel parent = Channel.parent().orElseThrow();
      BrokerClient broker = BrokerClient.of(parent);
      TreeSet<String> here = new TreeSet<>(); // letters and presence come on one thread
      broker.onLetter(letter -> {
        String text = String.valueOf(letter.body());
        if (text.endsWith("Who is here?")) {
          broker.publish("chat.room", "Here are " + String.join(", ", here) + ".");
        } else if (text.endsWith("Soup?")) {
          broker.publish("chat.room", "Soup.");
        }
      });
      broker.onPresence(event -> {
        switch (event) {
          case PresenceEvent.Joined joined -> here.add(joined.name());
          case PresenceEvent.Left left -> {
            here.remove(left.name());
            broker.publish("chat.room", left.name() + " has left.");
            if (here.size() == 1) {
              broker.publish("chat.room", "Only I am left. Good night.");
              parent.disconnect();
            }
          }
        }
      });
      parent.onMessage(begin -> {
        broker.start();
        broker.subscribe("chat.*");
        parent.send("ready");
      });
      parent.onDisconnect().join();
    }
  }
  // end
}
