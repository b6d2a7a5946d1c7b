package dev.brood.workers.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.testkit.Census;
import dev.brood.workers.broker.DeadLetter.Reason;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.EncodingException;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.v8.JsConstant;
import dev.brood.workers.channel.v8.JsMap;
import dev.brood.workers.channel.v8.JsSet;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Children whose channels have different codecs, in one broker. */
@ExtendWith(Census.Extension.class)
class MixedCodecsTest {
  private static final ChannelOptions JSON = ChannelOptions.of(Codec.JSON);
  private static final ChannelOptions ADVANCED = ChannelOptions.of(Codec.ADVANCED);
  private static final ChannelOptions BINARY = ChannelOptions.of(Codec.BINARY);

  private final BlockingQueue<DeadLetter> dead = new LinkedBlockingQueue<>();

  @Test
  void plainValues_ofEach_arriveUnchangedAtAll() throws Exception {
    Map<String, Object> map = new HashMap<>(Map.of("text", "ä€😀", "list", List.of(1, 2.5, true)));
    map.put("nothing", null);
    try (Broker broker = Broker.open().onDeadLetter(dead::add);
        FakeChild json = FakeChild.join(broker, "json", JSON);
        FakeChild advanced = FakeChild.join(broker, "advanced", ADVANCED);
        FakeChild binary = FakeChild.join(broker, "binary", BINARY)) {
      List<FakeChild> all = List.of(json, advanced, binary);
      for (FakeChild child : all) {
        child.subscribe("t");
      }
      for (Object body : Arrays.asList(null, true, 7, -1.5, "text", List.of(), map)) {
        for (FakeChild from : all) {
          from.tell("brood", "publish", "topic", "t", "body", body);
          for (FakeChild to : all) {
            assertThat(body(to)).isEqualTo(body);
          }
        }
        broker.publish("t", body);
        broker.broadcast(body);
        for (FakeChild to : all) {
          assertThat(body(to)).isEqualTo(body);
          assertThat(body(to)).isEqualTo(body);
        }
      }
      assertThat(dead).isEmpty();
    }
  }

  @Test
  void requests_betweenCodecs_areAnswered() throws Exception {
    try (Broker broker = Broker.open();
        FakeChild json = FakeChild.join(broker, "json", JSON);
        FakeChild advanced = FakeChild.join(broker, "advanced", ADVANCED);
        FakeChild binary = FakeChild.join(broker, "binary", BINARY)) {
      Map<String, FakeChild> all = Map.of("json", json, "advanced", advanced, "binary", binary);
      for (String from : all.keySet()) {
        for (String to : all.keySet()) {
          var reply = all.get(from).ask(to, List.of(1, from), "limit", 60_000);
          Message request = all.get(to).receive();
          assertThat(request.from()).hasValue(from);
          assertThat(request.value()).isEqualTo(List.of(1, from));
          request.reply(Map.of("by", to));
          assertThat(reply.get(60, TimeUnit.SECONDS).value()).isEqualTo(Map.of("by", to));
        }
      }
    }
  }

  @Test
  void valuesThatOneCodecHas_arriveAsTheOthersWriteThemOrAreDeadLetters() throws Exception {
    List<Object> circle = new ArrayList<>();
    circle.add(circle);
    JsMap jsMap = new JsMap();
    jsMap.put("brood", "publish");
    List<Object> values =
        List.of(
            new byte[] {1, 2},
            Instant.ofEpochMilli(5),
            BigInteger.ONE.shiftLeft(70),
            JsConstant.UNDEFINED,
            jsMap,
            new JsSet(),
            new int[] {1, 2},
            Double.NaN,
            circle);
    try (Broker broker = Broker.open().onDeadLetter(dead::add);
        FakeChild json = FakeChild.join(broker, "json", JSON);
        FakeChild advanced = FakeChild.join(broker, "advanced", ADVANCED);
        FakeChild binary = FakeChild.join(broker, "binary", BINARY)) {
      for (FakeChild to : List.of(json, binary)) {
        to.subscribe("t");
      }
      for (Object value : values) {
        long deadBefore = broker.deadLetterCount();
        advanced.tell("brood", "publish", "topic", "t", "body", value).settle();
        int got = 0;
        broker.broadcast("end");
        for (FakeChild to : List.of(json, binary)) {
          if (!"end".equals(body(to))) {
            got++;
            assertThat(body(to)).isEqualTo("end");
          }
        }
        assertThat(body(advanced)).isEqualTo("end");
        assertThat(got + broker.deadLetterCount() - deadBefore)
            .as("receivers that %s has reached or not", value.getClass())
            .isEqualTo(2);
      }
      for (long i = broker.deadLetterCount(); i > 0; i--) { // they are told after they are counted
        assertThat(dead.poll(60, TimeUnit.SECONDS)).isNotNull();
      }
      advanced.tell("brood", "send", "to", "json", "body", circle);
      DeadLetter letter = dead.poll(60, TimeUnit.SECONDS);
      assertThat(letter.reason()).isEqualTo(Reason.NOT_SENDABLE);
      assertThat(letter.receiver()).hasValue("json");
    }
  }

  @Test
  void valueOfThisProcess_isWrittenForItsReceiversOnly() throws Exception {
    List<Object> circle = new ArrayList<>();
    circle.add(circle);
    try (Broker broker = Broker.open().onDeadLetter(dead::add);
        FakeChild json = FakeChild.join(broker, "json", JSON);
        FakeChild advanced = FakeChild.join(broker, "advanced", ADVANCED)) {
      json.subscribe("both");
      advanced.subscribe("both").subscribe("own");
      assertThat(broker.send("advanced", circle)).isTrue(); // json could not be sent it
      assertThat(((List<?>) body(advanced)).getFirst()).isInstanceOf(List.class);
      broker.publish("own", circle);
      assertThat(((List<?>) body(advanced)).getFirst()).isInstanceOf(List.class);
      assertThatThrownBy(() -> broker.publish("both", circle))
          .isInstanceOf(EncodingException.class);
      assertThatThrownBy(() -> broker.broadcast(circle)).isInstanceOf(EncodingException.class);
      assertThatThrownBy(() -> broker.send("json", circle)).isInstanceOf(EncodingException.class);
      broker.publish("both", "after"); // nobody has got what one could not
      assertThat(body(advanced)).isEqualTo("after");
      assertThat(body(json)).isEqualTo("after");
      assertThat(dead).isEmpty();
    }
  }

  @Test
  void limitBeyondAllNumbers_isTheBrokersOwn() throws Exception {
    BigInteger huge = BigInteger.ONE.shiftLeft(64).add(BigInteger.ONE);
    try (Broker broker = Broker.open();
        FakeChild asker = FakeChild.join(broker, "asker", ADVANCED);
        FakeChild other = FakeChild.join(broker, "other", BINARY)) {
      var reply = asker.ask("other", 1, "limit", huge);
      Message request = other.receive();
      assertThat(reply).isNotDone();
      request.reply("in time");
      assertThat(reply.get(60, TimeUnit.SECONDS).value()).isEqualTo("in time");
      var own = broker.requestAsync("other", 2, Duration.ofSeconds(Long.MAX_VALUE));
      other.receive().reply("too");
      assertThat(own.get(60, TimeUnit.SECONDS).value()).isEqualTo("too");
    }
  }

  @Test
  void nodeAndPythonChildren_ofThreeModes_talk(@TempDir Path directory) throws Exception {
    Path node = directory.resolve("member.js");
    Files.writeString(
        node,
        """
        process.on('message', (m) => {
          if (m.brood === 'request')
            process.send({brood: 'reply', id: m.id, body: [process.argv[2], m.from, m.body]});
          else if (m.brood === 'reply')
            process.send({brood: 'publish', topic: 'done', body: m.body});
          else if (m.brood === 'message')
            process.send({brood: 'request', id: 1, to: m.body, body: {n: 1.5}});
        });
        process.send({brood: 'subscribe', pattern: 'ask.' + process.argv[2]});
        """);
    Path python = directory.resolve("member.py");
    Files.writeString(
        python,
        """
        import sys
        sys.path.insert(0, sys.argv[2])
        import brood
        channel = brood.connect()
        channel.on_request(lambda request: [sys.argv[1], request.sender, request.value])
        channel.subscribe("ask." + sys.argv[1])
        for message in channel:
            channel.publish("done", channel.request({"n": 1.5}, to=message.value))
        """);
    String sdk = Path.of("..", "sdk", "python").toAbsolutePath().toString();
    BlockingQueue<Letter> heard = new LinkedBlockingQueue<>();
    try (Broker broker = Broker.open();
        Subscription done = broker.subscribe("done", heard::add);
        ForkedChild json = Fork.node(node.toString(), "json").spawn();
        ForkedChild advanced =
            Fork.node(node.toString(), "advanced").codec(Codec.ADVANCED).spawn();
        ForkedChild cbor =
            Fork.python(python.toString(), "cbor", sdk).codec(Codec.BINARY).spawn()) {
      List<String> names = List.of("json", "advanced", "cbor");
      broker.join("json", json.channel());
      broker.join("advanced", advanced.channel());
      broker.join("cbor", cbor.channel());
      for (String from : names) {
        for (String to : names) {
          if (!from.equals(to)) {
            // By name and not by topic: it may not have said yet what it subscribes to.
            assertThat(broker.send(from, to)).isTrue();
            Letter letter = heard.poll(60, TimeUnit.SECONDS);
            assertThat(letter.from()).hasValue(from);
            assertThat(letter.body()).isEqualTo(List.of(to, from, Map.of("n", 1.5)));
          }
        }
      }
      assertThat(done.isOpen()).isTrue();
      assertThat(broker.deadLetterCount()).isZero();
    }
  }

  private static Object body(FakeChild child) throws InterruptedException {
    return ((Map<?, ?>) child.next()).get("body");
  }
}
