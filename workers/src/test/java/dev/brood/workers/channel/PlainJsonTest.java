package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.testkit.Gen;
import dev.brood.testkit.Seeds;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

/** JSON without databind, beside JSON with it. */
class PlainJsonTest {
  private static String plain(@Nullable Object value) {
    FrameBuffer frame = new FrameBuffer();
    assertThat(PlainJson.write(value, frame)).as("%s", value).isTrue();
    return new String(frame.toBytes(), StandardCharsets.UTF_8);
  }

  private static String mapped(@Nullable Object value) {
    FrameBuffer frame = new FrameBuffer();
    Mappers.writeJson(value, frame);
    return new String(frame.toBytes(), StandardCharsets.UTF_8);
  }

  /** What databind makes of a text, or that it refuses it. */
  private static String mappedShape(String text) {
    try {
      return Shape.of(Mappers.JSON.readValue(text, Object.class));
    } catch (JacksonException e) {
      return "refused";
    }
  }

  private static String plainShape(String text) {
    try {
      return Shape.of(PlainJson.read(text));
    } catch (JacksonException e) {
      return "refused";
    }
  }

  @Test
  void write_anyValue_isWhatDatabindWrites() {
    Seeds.random(
        3000,
        gen -> {
          Object value = RandomValues.value(gen, Codec.JSON);
          FrameBuffer frame = new FrameBuffer();
          if (PlainJson.write(value, frame)) {
            assertThat(new String(frame.toBytes(), StandardCharsets.UTF_8))
                .isEqualTo(mapped(value));
          } else {
            assertThat(frame.size()).isZero();
          }
        });
  }

  @Test
  void write_whatMessagesAreMadeOf_takesNoDatabind() {
    Map<String, @Nullable Object> map = new TreeMap<>();
    map.put("null", null);
    map.put("numbers", List.of(1, -1L, 0.5, 1e300, new BigInteger("9".repeat(40)), Double.NaN));
    map.put("text", List.of("", "é漢😀\u2028", "\"\\\n\u0001", "x".repeat(100)));
    map.put("nested", Arrays.asList(true, false, null, new ArrayList<>(), new HashMap<>()));
    assertThat(plain(map)).isEqualTo(mapped(map));
    assertThat(plain(null)).isEqualTo("null");
    assertThat(plain("text")).isEqualTo("\"text\"");
  }

  @Test
  void write_whatTakesDatabind_isLeftToIt() {
    Map<Object, Object> numbered = Map.of(1, "one");
    Map<Thread.State, Integer> states = new EnumMap<>(Map.of(Thread.State.NEW, 1));
    List<Object> circle = new ArrayList<>();
    circle.add(circle);
    record Point(int x) {}
    for (Object value :
        List.of(numbered, states, circle, new Point(1), Optional.empty(), new int[1])) {
      FrameBuffer frame = new FrameBuffer();
      assertThat(PlainJson.write(value, frame)).isFalse();
      assertThat(PlainJson.write(List.of("before", Map.of("in", value)), frame)).isFalse();
      assertThat(frame.size()).isZero();
    }
  }

  @Test
  void depth_beyondTheLimit_isRefusedBothWays() {
    Object value = "x";
    for (int i = 0; i < Codec.DEPTH_LIMIT; i++) {
      value = Collections.singletonList(value);
    }
    String text = plain(value);
    assertThat(plainShape(text)).isEqualTo(mappedShape(text)).isNotEqualTo("refused");
    assertThat(PlainJson.write(List.of(value), new FrameBuffer())).isFalse();
    assertThat(plainShape("[" + text + "]")).isEqualTo("refused");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "1 2",
        "{} x",
        "[1,]",
        "{\"a\":1,\"a\":2}",
        "{\"a\"}",
        "nul",
        "NaN",
        "01",
        "1e999",
        "-0",
        "-0.0",
        "1e2",
        "123456789012345678901234567890",
        "\"\\ud800\"",
        "[",
        "{",
        "]",
        "\"a",
        "{\"a\":}",
        "[1 2]",
        "/**/1",
        "'a'",
        "2147483648",
        "9223372036854775808",
        " [ 1 , 2 ] "
      })
  void read_oddText_isWhatDatabindReads(String text) {
    assertThat(plainShape(text)).isEqualTo(mappedShape(text));
  }

  @Test
  void read_anyText_isWhatDatabindReads() {
    Seeds.random(
        3000,
        gen -> {
          String text = damaged(mapped(RandomValues.value(gen, Codec.JSON)), gen);
          assertThat(plainShape(text)).isEqualTo(mappedShape(text));
        });
  }

  private static String damaged(String text, Gen gen) {
    StringBuilder result = new StringBuilder(text);
    for (int i = gen.below(3); i > 0 && !result.isEmpty(); i--) {
      int at = gen.below(result.length());
      if (gen.flip()) {
        result.deleteCharAt(at);
      } else {
        result.setCharAt(at, "{}[]\",:0e-.\\ntf ".charAt(gen.below(16)));
      }
    }
    return result.toString();
  }

  @Test
  void read_nothing_saysSo() {
    assertThatThrownBy(() -> PlainJson.read(" "))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("there is no value");
    assertThatThrownBy(() -> PlainJson.read("1 1"))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("more than one value");
  }
}
