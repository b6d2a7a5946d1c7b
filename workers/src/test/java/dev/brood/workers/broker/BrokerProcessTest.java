package dev.brood.workers.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Signal;
import dev.brood.testkit.Census;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.RequestFailedException;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Unmodified Node scripts take part with {@code process.send}; nothing is loaded into them. */
@ExtendWith(Census.Extension.class)
class BrokerProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Tells the parent of all that the broker sends it, answers requests, and does as it is told. */
  private static final String MEMBER =
      """
      process.on('message', (m, handle) => {
        if (m.brood === 'request') {
          if (m.body === 'die') process.exit(0);
          else if (m.body === 'fail')
            process.send({brood: 'reply', id: m.id, error: {message: 'no', name: 'TypeError'}});
          else process.send({brood: 'reply', id: m.id, body: {doubled: m.body * 2, for: m.from}});
        } else if (m.brood) {
          process.send({got: m, handle: handle ? handle.constructor.name : null});
          if (handle) handle.close();
        } else if (m.say) {
          process.send(m.say);
        } else if (m.flood) {
          for (let i = 0; i < m.flood; i++)
            process.send({brood: 'publish', topic: 'flood.' + (i % 2), body: i});
        } else if (m.sendServer) {
          const server = require('net').createServer();
          server.listen(0, '127.0.0.1', () => {
            process.send({brood: 'send', to: m.sendServer, body: 'yours'}, server);
            server.close();
          });
        }
      });
      process.send('up');
      """;

  @TempDir Path directory;

  @Test
  void nodeChildren_subscribePublishAndSend() throws Exception {
    try (Broker broker = Broker.open();
        ForkedChild shop = join(broker, "shop");
        ForkedChild mail = join(broker, "mail")) {
      say(mail, Map.of("brood", "subscribe", "pattern", "orders.*.created"));
      settle(mail);
      say(shop, Map.of("brood", "publish", "topic", "orders.eu.created", "body", Map.of("id", 1)));
      assertThat(got(mail))
          .isEqualTo(
              Map.of(
                  "brood", "message",
                  "topic", "orders.eu.created",
                  "from", "shop",
                  "body", Map.of("id", 1)));
      say(mail, Map.of("brood", "send", "to", "shop", "body", "thanks"));
      assertThat(got(shop)).isEqualTo(Map.of("brood", "message", "from", "mail", "body", "thanks"));
      say(shop, Map.of("brood", "broadcast", "body", "bye"));
      assertThat(got(mail)).containsEntry("broadcast", true).containsEntry("body", "bye");
      say(shop, Map.of("hello", "parent"));
      assertThat(receive(shop).value()).isEqualTo(Map.of("hello", "parent"));
    }
  }

  @Test
  void nodeChild_asksAnotherByName() throws Exception {
    try (Broker broker = Broker.open();
        ForkedChild asker = join(broker, "asker");
        ForkedChild other = join(broker, "other")) {
      say(asker, Map.of("brood", "request", "id", 77, "to", "other", "body", 21));
      assertThat(got(asker))
          .isEqualTo(
              Map.of("brood", "reply", "id", 77, "body", Map.of("doubled", 42, "for", "asker")));
      say(asker, Map.of("brood", "request", "id", 78, "to", "other", "body", "fail"));
      assertThat(got(asker))
          .containsEntry("id", 78)
          .containsEntry("error", Map.of("message", "no", "name", "TypeError"));
      assertThat(broker.request("other", 4, LIMIT).field("doubled")).hasValue(8);
      assertThatThrownBy(() -> broker.request("other", "fail", LIMIT))
          .isInstanceOfSatisfying(
              RequestFailedException.class, e -> assertThat(e.errorName()).hasValue("TypeError"));
      say(asker, Map.of("brood", "request", "id", 79, "to", "other", "body", "die"));
      assertThat(((Map<?, ?>) got(asker).get("error")).get("name")).isEqualTo("Left");
      assertThat(other.await()).hasToString("exit code 0");
      awaitNames(broker, "asker"); // it is told to have left a moment before
    }
  }

  private static void awaitNames(Broker broker, String... names) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!broker.names().equals(List.of(names)) && System.nanoTime() < end) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(broker.names()).containsExactly(names);
  }

  @Test
  void children_inPythonAndNode_talkThroughTheirPackages() throws Exception {
    String python =
        """
        import sys
        sys.path.insert(0, sys.argv[1])
        import brood
        channel = brood.connect()
        channel.subscribe("chat.#")
        channel.send("up")
        said = channel.receive(60)
        answer = channel.request({"heard": said.value}, timeout=60, to="node")
        channel.publish("chat.end", answer if not hasattr(answer, "value") else answer.value)
        """;
    String node =
        """
        const brood = require(process.argv[2]);
        brood.onRequest((request) => request.from + ' heard ' + request.body.heard);
        process.send('up');
        """;
    Path sdk = Path.of("..", "sdk").toAbsolutePath();
    BlockingQueue<Letter> heard = new LinkedBlockingQueue<>();
    try (Broker broker = Broker.open();
        Subscription end = broker.subscribe("chat.end", heard::add);
        ForkedChild one =
            start(
                broker,
                "python",
                Fork.python(script("one.py", python), sdk.resolve("python").toString()));
        ForkedChild two =
            start(
                broker,
                "node",
                Fork.node(script("two.js", node), sdk.resolve("node/index.cjs").toString()))) {
      broker.publish("chat.begin", "hello");
      Letter last = heard.poll(60, TimeUnit.SECONDS);
      assertThat(last).isNotNull();
      assertThat(last.body()).isEqualTo("python heard hello");
      assertThat(last.from()).hasValue("python");
      assertThat(end.isOpen()).isTrue();
      assertThat(one.await()).hasToString("exit code 0");
      assertThat(two.child().isAlive()).isTrue();
    }
  }

  @Test
  void handle_sentByName_arrives() throws Exception {
    try (Broker broker = Broker.open();
        ForkedChild from = join(broker, "from");
        ForkedChild to = join(broker, "to")) {
      boolean unused = from.send(Map.of("sendServer", "to"));
      Message message = receive(to);
      assertThat(message.field("handle")).hasValue("Server");
      assertThat((Map<?, ?>) message.field("got").orElseThrow())
          .isEqualTo(Map.of("brood", "message", "from", "from", "body", "yours"));
    }
  }

  @Test
  void group_ofNodeChildren_sharesAFlood() throws Exception {
    final int count = 3000;
    try (Broker broker = Broker.open();
        ForkedChild source = join(broker, "source");
        ForkedChild one = join(broker, "one");
        ForkedChild two = join(broker, "two")) {
      for (ForkedChild worker : List.of(one, two)) {
        say(worker, Map.of("brood", "subscribe", "pattern", "flood.*", "group", "g"));
        settle(worker);
      }
      boolean unused = source.send(Map.of("flood", count));
      Map<Integer, String> seen = new TreeMap<>();
      List<Thread> readers = new ArrayList<>();
      for (ForkedChild worker : List.of(one, two)) {
        readers.add(Thread.startVirtualThread(() -> collect(worker, seen)));
      }
      await(seen, count);
      readers.forEach(Thread::interrupt);
      for (Thread reader : readers) {
        reader.join();
      }
      assertThat(seen).hasSize(count).containsKey(0).containsKey(count - 1);
      assertThat(seen.values()).contains(one.toString(), two.toString());
      assertThat(broker.deadLetterCount()).isZero();
    }
  }

  @Test
  void stoppedChild_losesMessagesAndSlowsNobody() throws Exception {
    BlockingQueue<DeadLetter> dead = new LinkedBlockingQueue<>();
    BrokerOptions options = BrokerOptions.DEFAULT.queueLimit(100, 64 * 1024 * 1024);
    final int count = 2000;
    try (Broker broker = Broker.open(options).onDeadLetter(dead::add);
        ForkedChild stuck = join(broker, "stuck");
        ForkedChild quick = join(broker, "quick")) {
      for (ForkedChild child : List.of(stuck, quick)) {
        say(child, Map.of("brood", "subscribe", "pattern", "news"));
        settle(child);
      }
      assertThat(stuck.child().signal(Signal.STOP)).isTrue();
      String text = "x".repeat(2000);
      for (int i = 0; i < count; i++) {
        broker.publish("news", Map.of("number", i, "text", text));
        Map<?, ?> body = (Map<?, ?>) got(quick).get("body");
        assertThat(body.get("number")).isEqualTo(i);
      }
      DeadLetter lost = dead.poll(30, TimeUnit.SECONDS);
      assertThat(lost).isNotNull();
      assertThat(lost.receiver()).hasValue("stuck");
      assertThat(lost.reason()).isEqualTo(DeadLetter.Reason.QUEUE_FULL);
      assertThat(stuck.child().signal(Signal.CONT)).isTrue();
      int last = -1;
      while (last < count - 1) {
        int next = (Integer) ((Map<?, ?>) got(stuck).get("body")).get("number");
        assertThat(next).isGreaterThan(last);
        last = next;
      }
    }
  }

  @Test
  void presence_ofAKilledChild_isTold() throws Exception {
    try (Broker broker = Broker.open();
        ForkedChild watcher = join(broker, "watcher");
        ForkedChild victim = join(broker, "victim")) {
      say(watcher, Map.of("brood", "presence"));
      assertThat(got(watcher)).containsEntry("names", List.of("victim", "watcher"));
      assertThat(victim.child().signal(Signal.KILL)).isTrue();
      assertThat(got(watcher)).isEqualTo(Map.of("brood", "left", "name", "victim"));
    }
  }

  @Test
  @Tag("slow")
  void fiftyNodeChildren_allGetABroadcast() throws Exception {
    List<ForkedChild> children = new ArrayList<>();
    try (Broker broker = Broker.open()) {
      for (int i = 0; i < 50; i++) {
        children.add(join(broker, "child-" + i));
      }
      say(children.getFirst(), Map.of("brood", "broadcast", "body", "all"));
      for (ForkedChild child : children.subList(1, 50)) {
        assertThat(got(child)).containsEntry("body", "all");
      }
    } finally {
      children.forEach(ForkedChild::close);
    }
  }

  private ForkedChild join(Broker broker, String name) throws Exception {
    return start(broker, name, Fork.node(script("member.js", MEMBER)));
  }

  /** Starts a child that says "up", and lets it join before anything else. */
  private static ForkedChild start(Broker broker, String name, Fork fork) throws Exception {
    ForkedChild child = fork.spawn();
    try {
      broker.join(name, child.channel());
      assertThat(receive(child).value()).isEqualTo("up");
      return child;
    } catch (AssertionError | RuntimeException e) {
      child.close();
      throw e;
    }
  }

  private String script(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    if (!Files.exists(file)) {
      Path unused = Files.writeString(file, text);
    }
    return file.toString();
  }

  /** Lets a child say something on its own. */
  private static void say(ForkedChild child, Map<String, Object> message) {
    boolean unused = child.send(Map.of("say", message));
  }

  /** The broker has seen what the child has said. */
  private static void settle(ForkedChild child) throws InterruptedException {
    say(child, Map.of("settled", true));
    assertThat(receive(child).value()).isEqualTo(Map.of("settled", true));
  }

  private static Message receive(ForkedChild child) throws InterruptedException {
    return child.receive(LIMIT).orElseThrow(() -> new AssertionError("nothing came"));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> got(ForkedChild child) throws InterruptedException {
    return (Map<String, Object>) receive(child).field("got").orElseThrow();
  }

  private static void collect(ForkedChild worker, Map<Integer, String> into) {
    try {
      while (true) {
        Integer number = (Integer) got(worker).get("body");
        synchronized (into) {
          assertThat(into.put(number, worker.toString())).isNull();
          into.notifyAll();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // all are there
    }
  }

  private static void await(Map<Integer, String> seen, int count) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    synchronized (seen) {
      while (seen.size() < count && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.timedWait(seen, 100);
      }
    }
  }
}
