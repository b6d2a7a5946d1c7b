package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

class JsonCodecTest {
  enum Color {
    RED
  }

  record Point(int x, @Nullable String name, List<Color> colors) {}

  record Nothing() {}

  public static final class Bean {
    public int getSize() {
      return 3;
    }
  }

  private static String text(@Nullable Object value) {
    return new String(Codec.JSON.encode(value), StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void encode_plainValues_isOneCompactLine() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("a", 1);
    map.put("b", Arrays.asList(true, null, "x\n\r\0", 1.5, 1L << 60, BigInteger.TWO.pow(70)));
    assertThat(text(map))
        .isEqualTo(
            "{\"a\":1,\"b\":[true,null,\"x\\n\\r\\u0000\",1.5,1152921504606846976,"
                + "1180591620717411303424]}\n");
    assertThat(text(null)).isEqualTo("null\n");
    assertThat(text("\u2028é漢😀")).isEqualTo("\"\u2028é漢😀\"\n");
  }

  @Test
  void encode_objectsThatJacksonConverts_isTheirJson() {
    assertThat(text(new Point(1, null, List.of(Color.RED))))
        .isEqualTo("{\"x\":1,\"name\":null,\"colors\":[\"RED\"]}\n");
    assertThat(text(new Nothing())).isEqualTo("{}\n");
    assertThat(text(new Bean())).isEqualTo("{\"size\":3}\n");
    assertThat(text(new int[] {1, 2})).isEqualTo("[1,2]\n");
    assertThat(text(Instant.EPOCH)).isEqualTo("\"1970-01-01T00:00:00Z\"\n");
    assertThat(text(JsonNodeFactory.instance.objectNode().put("a", 1.5)))
        .isEqualTo("{\"a\":1.5}\n");
    assertThat(text(new byte[] {1, 2})).isEqualTo("\"AQI=\"\n");
  }

  @Test
  void encode_numbersThatJsonDoesNotHave_isNull() {
    assertThat(text(List.of(Double.NaN, Double.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0.5f)))
        .isEqualTo("[null,null,null,0.5]\n");
    assertThat(text(new double[] {1, Double.NaN})).isEqualTo("[1.0,null]\n");
    assertThat(text(new float[] {Float.NaN})).isEqualTo("[null]\n");
    assertThat(text(JsonNodeFactory.instance.numberNode(Double.NaN))).isEqualTo("null\n");
  }

  @Test
  void encode_loneSurrogates_isEscaped() {
    assertThat(text("a\ud800b")).isEqualToIgnoringCase("\"a\\ud800b\"\n");
    assertThat(text("\udc00\ud800")).isEqualToIgnoringCase("\"\\udc00\\ud800\"\n");
    assertThat(text(Map.of("k\ud800", 1))).isEqualToIgnoringCase("{\"k\\ud800\":1}\n");
    assertThat(text("x".repeat(9000) + "\ud83d")).endsWithIgnoringCase("x\\ud83d\"\n");
    assertThat(Frames.roundTrip(Codec.JSON, "\ud800")).isEqualTo("\ud800");
    assertThat(Frames.roundTrip(Codec.JSON, Map.of("\ud800", 1))).isEqualTo(Map.of("\ud800", 1));
    assertThat(Frames.roundTrip(Codec.JSON, "y\udfff😀")).isEqualTo("y\udfff😀");
  }

  @Test
  void encode_whatCannotBeWritten_saysWhatAndWhere() {
    Map<String, Object> map = new HashMap<>();
    map.put("list", List.of(1, Thread.currentThread().getThreadGroup(), 2));
    map.put("self", new ArrayList<>());
    assertThatThrownBy(() -> Codec.JSON.encode(Map.of("a", List.of(new Object()))))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("a[0]")
        .hasMessageContaining("java.lang.Object");
    Map<String, Object> circle = new HashMap<>();
    circle.put("circle", circle);
    assertThatThrownBy(() -> Codec.JSON.encode(circle)).isInstanceOf(EncodingException.class);
    Map<@Nullable String, Object> nullKey = new HashMap<>();
    nullKey.put(null, 1);
    assertThatThrownBy(() -> Codec.JSON.encode(nullKey)).isInstanceOf(EncodingException.class);
  }

  @Test
  void decode_numbers_areTheSmallestClassThatHoldsThem() {
    assertThat(Frames.only(Codec.JSON, utf8("[1,-2147483649,9223372036854775808,1e2,1.5]\n")))
        .isEqualTo(List.of(1, -2147483649L, new BigInteger("9223372036854775808"), 100.0, 1.5));
  }

  @Test
  void decode_objects_areMapsInOrder() {
    Object value = Frames.only(Codec.JSON, utf8("{\"z\":[],\"a\":{\"é\":null}}\n"));
    assertThat(value).isInstanceOf(LinkedHashMap.class);
    assertThat(((Map<?, ?>) value).keySet()).map(String::valueOf).containsExactly("z", "a");
  }

  @Test
  void decode_whiteSpaceAndEscapes_areHarmless() {
    Frames frames =
        Frames.of(Codec.JSON, utf8("  1 \r\n\"\\u00e9\\ud800\\u2028\"\n\t[\r1\t]  \n\"\u2028\"\n"));
    assertThat(frames.values()).containsExactly(1, "é\ud800\u2028", List.of(1), "\u2028");
    assertThat(frames.errors()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "undefined",
        "",
        " ",
        "\r",
        "\ufeff1",
        "1 2",
        "{",
        "nul",
        "NaN",
        "'a'",
        "[1,]",
        "{a:1}",
        "\"\u0001\"",
        "01",
        "+1",
        "\0",
        "\"\\x\"",
        "1\f",
        "\u00851",
        "/**/1",
        "\0\0\0001"
      })
  void decode_aLineThatIsNotJson_isReportedAndTheNextLinesAreRead(String line) {
    Frames frames = Frames.of(Codec.JSON, utf8("1\n" + line + "\n2\n3\n"));
    assertThat(frames.errors()).hasSize(1);
    assertThat(frames.errors().getFirst()).hasMessageContaining("not JSON");
    assertThat(frames.values()).containsExactly(1, 2, 3);
  }

  @Test
  void decode_invalidUtf8_becomesTheReplacementCharacter() {
    byte[] stream = {'"', 'a', (byte) 0xff, 'b', '"', '\n', '"', (byte) 0xc0, (byte) 0xaf, '"', 10};
    assertThat(Frames.of(Codec.JSON, stream).values()).containsExactly("a\ufffdb", "\ufffd\ufffd");
    byte[] surrogate = {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', '\n'};
    assertThat((String) Frames.only(Codec.JSON, surrogate)).matches("\ufffd+");
  }

  @Test
  void decode_deepNesting_isReadToTheLimitAndReportedBeyond() {
    int limit = Codec.DEPTH_LIMIT;
    String deepest = "[".repeat(limit) + "]".repeat(limit);
    String bomb = "[".repeat(1_000_000);
    Frames frames = Frames.of(Codec.JSON, utf8(deepest + "\n[" + deepest + "]\n" + bomb + "\n7\n"));
    assertThat(frames.values()).hasSize(2).last().isEqualTo(7);
    assertThat(frames.errors()).hasSize(2);
    assertThat(new String(Codec.JSON.encode(frames.values().getFirst()), StandardCharsets.UTF_8))
        .isEqualTo(deepest + "\n");
  }

  @Test
  void decode_aNumberOfAMillionDigits_isReported() {
    Frames frames = Frames.of(Codec.JSON, utf8("1".repeat(1_000_000) + "\n7\n"));
    assertThat(frames.errors()).hasSize(1);
    assertThat(frames.values()).containsExactly(7);
    assertThat(Frames.roundTrip(Codec.JSON, BigInteger.TEN.pow(5000)))
        .isEqualTo(BigInteger.TEN.pow(5000));
  }

  @Test
  void decode_namesAndTextOfAnyLength_areRead() {
    String text = "ö".repeat(1_000_000);
    assertThat(Frames.roundTrip(Codec.JSON, Map.of(text, text))).isEqualTo(Map.of(text, text));
  }

  /** Long text is copied where it can be, so each of its places is one that might be missed. */
  @ParameterizedTest
  @ValueSource(
      strings = {"\"", "\\", "\n", "\u0000", "\u001f", "\u007f", "\u00e4", "\u20ac", "?", "\ud800"})
  void encode_longText_isWrittenAsShortTextIs(String odd) {
    for (int before = 0; before < 40; before++) {
      String text = "x".repeat(before) + odd + "y".repeat(60 - before);
      String expected = "\"" + "x".repeat(before) + written(odd) + "y".repeat(60 - before) + "\"\n";
      assertThat(new String(Codec.JSON.encode(text), StandardCharsets.UTF_8)).isEqualTo(expected);
      assertThat(Frames.only(Codec.JSON, Codec.JSON.encode(text))).isEqualTo(text);
    }
  }

  /** What a text of one character is written as, without the quotes. */
  private static String written(String text) {
    String line = new String(Codec.JSON.encode(text), StandardCharsets.UTF_8);
    return line.substring(1, line.length() - 2);
  }
}
