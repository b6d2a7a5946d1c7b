package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.testkit.Seeds;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The codecs against the programs that define them: each value is described on the other side. */
@Timeout(120)
class CodecProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Sends back what came: the modes are those of the SDK. */
  private static final String PYTHON_ECHO =
      """
      import sys
      sys.path.insert(0, sys.argv[1])
      import brood
      channel = brood.connect()
      for message in channel:
          channel.send(message.value)
      """;

  /** Which {@code node} it is. */
  Command runtime(Command command) {
    return command;
  }

  private Fork node(Codec codec) {
    return Fork.node(
            Path.of("src/test/resources/dev/brood/workers/channel/describe.cjs")
                .toAbsolutePath()
                .toString())
        .command(this::runtime)
        .codec(codec);
  }

  private static Map<?, ?> received(ForkedChild child) throws InterruptedException {
    return (Map<?, ?>) child.receive(LIMIT).orElseThrow().value();
  }

  @Test
  void valuesMadeByNode_inModeAdvanced_areWhatNodeSaysTheyAre() throws InterruptedException {
    try (ForkedChild child = node(Codec.ADVANCED).spawn()) {
      child.send("made");
      int count = 0;
      while (child.receive(LIMIT).orElseThrow().value() instanceof Map<?, ?> message) {
        assertThat(JsShape.of(message.get("value"))).isEqualTo(message.get("text"));
        count++;
      }
      assertThat(count).isGreaterThan(70);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "advanced"})
  void randomValues_toNodeAndBack_areTheSameOnBothSides(String mode) {
    echo(Codec.named(mode), 30, 20);
  }

  @Tag("soak")
  @Timeout(900)
  @ParameterizedTest
  @ValueSource(strings = {"json", "advanced"})
  void randomValues_toNodeAndBackForMinutes_areTheSameOnBothSides(String mode) {
    echo(Codec.named(mode), 3000, 20);
  }

  private void echo(Codec codec, int rounds, int messages) {
    try (ForkedChild child = node(codec).spawn()) {
      Seeds.random(
          rounds,
          gen -> {
            List<@Nullable Object> sent = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
              Object value = RandomValues.forNode(gen, codec);
              if (codec == Codec.JSON) {
                value = withoutLongNumbers(value);
              }
              sent.add(value);
              child.send(value);
            }
            for (Object value : sent) {
              Map<?, ?> message = received(child);
              assertThat(message.get("text")).isEqualTo(JsShape.of(value));
              Object back = message.get("value");
              if (codec == Codec.JSON) {
                back = withoutLongNumbers(back);
              }
              assertThat(JsShape.of(back)).isEqualTo(JsShape.of(value));
            }
          });
    }
  }

  /** Node reads every number of JSON as a double. */
  private static @Nullable Object withoutLongNumbers(@Nullable Object value) {
    return switch (value) {
      case List<?> list -> {
        List<@Nullable Object> copy = new ArrayList<>();
        list.forEach(element -> copy.add(withoutLongNumbers(element)));
        yield copy;
      }
      case Map<?, ?> map -> {
        Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((key, element) -> copy.put(key, withoutLongNumbers(element)));
        yield copy;
      }
      case Number number when !(number instanceof Integer) -> number.doubleValue();
      case null, default -> value;
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "cbor"})
  void randomValues_toPythonAndBack_areTheSame(String mode) {
    Codec codec = Codec.named(mode);
    Path sdk = Path.of("../sdk/python").toAbsolutePath().normalize();
    try (ForkedChild child = Fork.python("-c", PYTHON_ECHO, sdk.toString()).codec(codec).spawn()) {
      Seeds.random(
          30,
          gen -> {
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
              Object value = RandomValues.value(gen, codec);
              sent.add(Shape.of(value));
              child.send(value);
            }
            for (String shape : sent) {
              assertThat(Shape.of(child.receive(LIMIT).orElseThrow().value())).isEqualTo(shape);
            }
          });
    }
  }
}
