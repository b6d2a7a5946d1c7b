package dev.brood.workers.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Census;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Message;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A child speaks before its parent lets it join. */
@ExtendWith(Census.Extension.class)
class EarlyMessagesTest {
  private static final ChannelOptions JSON = ChannelOptions.of(Codec.JSON);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final BlockingQueue<Letter> heard = new LinkedBlockingQueue<>();

  @Test
  void publish_beforeJoin_isHeardInOrderWithWhatFollows() throws Exception {
    final int count = 200;
    try (Broker broker = Broker.open();
        FakeChild child = FakeChild.apart(JSON);
        Subscription all = broker.subscribe("t", heard::add)) {
      for (int i = 0; i < count; i++) {
        child.tell("brood", "publish", "topic", "t", "body", i);
        if (i == count / 2) {
          awaitArrived(child);
          child.joins(broker, "child");
        }
      }
      for (int i = 0; i < count; i++) {
        assertThat(heard.poll(60, TimeUnit.SECONDS).body()).isEqualTo(i);
      }
      assertThat(all.isOpen()).isTrue();
    }
  }

  @Test
  void subscribe_beforeJoin_getsWhatIsPublishedAfterIt() throws Exception {
    try (Broker broker = Broker.open();
        FakeChild child = FakeChild.apart(JSON)) {
      child.tell("brood", "subscribe", "pattern", "t");
      awaitArrived(child);
      child.joins(broker, "child");
      broker.publish("t", 1);
      assertThat(child.receive().field("body")).hasValue(1);
    }
  }

  @Test
  void request_beforeJoin_isPassedOnAndNotAnsweredHere() throws Exception {
    try (Broker broker = Broker.open();
        FakeChild other = FakeChild.join(broker, "other");
        FakeChild asker = FakeChild.apart(JSON)) {
      asker.parents().onRequest(request -> "the parent");
      CompletableFuture<Message> byName = asker.ask("other", 20);
      awaitArrived(asker);
      CompletableFuture<Message> byNumber = asker.ask(5, 1);
      asker.joins(broker, "asker");
      Message request = other.receive();
      assertThat(request.from()).hasValue("asker");
      assertThat(request.value()).isEqualTo(20);
      request.reply(21);
      assertThat(byName.get(60, TimeUnit.SECONDS).value()).isEqualTo(21);
      assertThat(byNumber.handle((reply, problem) -> String.valueOf(problem)).get())
          .contains("\"to\" is missing, or no string");
    }
  }

  @Test
  void otherMessages_beforeJoin_stayWithTheChannel() throws Exception {
    try (Broker broker = Broker.open();
        FakeChild child = FakeChild.apart(JSON);
        Subscription all = broker.subscribe("t", heard::add)) {
      child.tell("hello", 1).tell("brood", "publish", "topic", "t", "body", 2).tell("hello", 3);
      child.tell("brood", "request", "id", 1, "body", 4);
      awaitArrived(child);
      child.joins(broker, "child");
      assertThat(heard.poll(60, TimeUnit.SECONDS).body()).isEqualTo(2);
      assertThat(child.parents().receive().field("hello")).hasValue(1);
      assertThat(child.parents().receive().field("hello")).hasValue(3);
      assertThat(child.parents().receive().isRequest()).isTrue();
      assertThat(all.isOpen()).isTrue();
    }
  }

  @Test
  void flood_beforeJoin_isHeldByTheKernelAndNotLost() throws Exception {
    final int count = 2000;
    try (Broker broker = Broker.open();
        FakeChild child = FakeChild.apart(JSON.inboxLimitBytes(10_000));
        Subscription all = broker.subscribe("t", heard::add)) {
      Thread teller =
          Thread.startVirtualThread(() -> {
            for (int i = 0; i < count; i++) {
              child.tell("brood", "publish", "topic", "t", "body", List.of(i, "x".repeat(1000)));
            }
          });
      child.joins(broker, "child");
      List<Object> numbers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        numbers.add(((List<?>) heard.poll(60, TimeUnit.SECONDS).body()).getFirst());
        assertThat(numbers.getLast()).isEqualTo(i);
      }
      teller.join();
      assertThat(all.isOpen()).isTrue();
    }
  }

  @Test
  void firstStatement_ofNodeAndPythonChildren_isHeard(@TempDir Path directory) throws Exception {
    Path node = directory.resolve("first.js");
    Files.writeString(
        node,
        """
        process.send({brood: 'request', id: 1, to: 'python', body: 'hi'});
        process.on('message', (m) => {
          process.send({brood: 'publish', topic: 'end', body: m.body});
        });
        """);
    Path python = directory.resolve("first.py");
    Files.writeString(
        python,
        """
        import sys
        sys.path.insert(0, sys.argv[1])
        import brood
        channel = brood.connect()
        channel.publish("begin", "python")
        channel.on_request(lambda request: request.sender + " says " + request.value)
        channel.wait_closed()
        """);
    String sdk = Path.of("..", "sdk", "python").toAbsolutePath().toString();
    try (Broker broker = Broker.open();
        Subscription begin = broker.subscribe("begin", heard::add);
        Subscription end = broker.subscribe("end", heard::add);
        ForkedChild first = Fork.node(node.toString()).spawn();
        ForkedChild second = Fork.python(python.toString(), sdk).spawn()) {
      broker.join("python", second.channel());
      assertThat(heard.poll(60, TimeUnit.SECONDS).body()).isEqualTo("python");
      broker.join("node", first.channel());
      assertThat(heard.poll(60, TimeUnit.SECONDS).body()).isEqualTo("node says hi");
      assertThat(List.of(begin.isOpen(), end.isOpen())).containsOnly(true);
    }
  }

  /** What the child has said so far waits in the parent's channel; nothing else is garbage. */
  private static void awaitArrived(FakeChild child) throws Exception {
    child.childs().onRequest(request -> "here");
    assertThat(child.parents().request(Map.of(), LIMIT).value()).isEqualTo("here");
  }
}
