package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.workers.channel.v8.ArrayBuffer;
import dev.brood.workers.channel.v8.Boxed;
import dev.brood.workers.channel.v8.JsArray;
import dev.brood.workers.channel.v8.JsConstant;
import dev.brood.workers.channel.v8.JsError;
import dev.brood.workers.channel.v8.JsMap;
import dev.brood.workers.channel.v8.JsRegExp;
import dev.brood.workers.channel.v8.JsSet;
import dev.brood.workers.channel.v8.SparseArray;
import dev.brood.workers.channel.v8.TypedArray;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages of mode advanced byte by byte, as Node writes them. */
class V8VectorsTest {
  static Stream<Arguments> vectors() {
    return Stream.concat(primitives(), objects());
  }

  private static Stream<Arguments> primitives() {
    return Stream.of(
        vector("5f", JsConstant.UNDEFINED),
        vector("30", null),
        vector("54", true),
        vector("46", false),
        vector("4900", 0),
        vector("4902", 1),
        vector("4901", -1),
        vector("498001", 64),
        vector("49feffffff0f", Integer.MAX_VALUE),
        vector("49ffffffff0f", Integer.MIN_VALUE),
        vector("4e000000000000e041", 2147483648.0),
        vector("4e000000000000f83f", 1.5),
        vector("4e000000000000f87f", Double.NaN),
        vector("4e0000000000000080", -0.0),
        vector("5a100a00000000000000", BigInteger.TEN),
        vector("5a110100000000000000", BigInteger.ONE.negate()),
        vector("5a00", BigInteger.ZERO),
        vector("5a2000000000000000000100000000000000", BigInteger.TWO.pow(64)),
        vector("2200", ""),
        vector("22026869", "hi"),
        vector("2201e9", "é"),
        vector("6302226f", "漢"),
        vector("6304 00d8 3dd8", "\ud800\ud83d"));
  }

  private static Stream<Arguments> objects() {
    JsMap map = new JsMap();
    map.put("a", 1);
    JsSet set = new JsSet();
    set.add(1);
    SparseArray sparse = new SparseArray(3);
    sparse.elements().put(0L, 1);
    sparse.elements().put(2L, 3);
    Map<String, @Nullable Object> self = new LinkedHashMap<>();
    self.put("self", self);
    Map<String, @Nullable Object> shared = new LinkedHashMap<>();
    JsArray match = new JsArray();
    match.add("a");
    match.properties().put("index", 0);
    return Stream.of(
        vector("6f7b00", Map.of()),
        vector("6f22016149027b01", Map.of("a", 1)),
        vector("6f490222017822016249047b02", ordered("1", "x", "b", 2)),
        vector("6f4e0000c0ffffffef4149027b01", Map.of("4294967294", 1)),
        vector("6f220a3432393439363732393549027b01", Map.of("4294967295", 1)),
        vector("4100240000", List.of()),
        vector("4103490222016130240003", Arrays.asList(1, "a", null)),
        vector("4102 2d 4902 240002", List.of(JsConstant.HOLE, 1)),
        vector("4101 220161 2205696e6465784900 240101", match),
        vector("61034900490249044906400203", sparse),
        vector("440000000000000000", Instant.EPOCH),
        vector("44000000000000f87f", JsConstant.INVALID_DATE),
        vector("3b22016149023a02", map),
        vector("2749022c01", set),
        vector("6f220473656c665e007b01", self),
        vector("41026f7b005e01240002", List.of(shared, shared)),
        vector("522202616203", new JsRegExp("ab", "gi")),
        vector("5222016a8303", new JsRegExp("j", "dgiv")),
        vector("5c000a026869", new byte[] {'h', 'i'}),
        vector("4202 0102", ArrayBuffer.of(new byte[] {1, 2})),
        vector("7e01 08 07", ArrayBuffer.resizable(new byte[] {7}, 8)));
  }

  static Stream<Arguments> moreVectors() {
    JsError error = new JsError(JsError.Kind.TYPE, "m");
    error.setStack("s");
    error.setCause(1);
    JsError bare = new JsError(JsError.Kind.ERROR);
    bare.setCause(bare);
    return Stream.of(
        vector("72 54 6d22016d 7322 0173 634902 2e", error),
        vector("72 635e00 2e", bare),
        vector("79", new Boxed(true)),
        vector("78", new Boxed(false)),
        vector("6e000000000000f83f", new Boxed(1.5)),
        vector("7a100a00000000000000", new Boxed(BigInteger.TEN)),
        vector("7322026869", new Boxed("hi")),
        vector("5c0000 02 01ff", new TypedArray(TypedArray.Kind.INT8, new byte[] {1, -1})),
        vector("5c0001 01 ff", new TypedArray(TypedArray.Kind.UINT8, new byte[] {-1})),
        vector("5c0002 01 ff", new TypedArray(TypedArray.Kind.UINT8_CLAMPED, new byte[] {-1})),
        vector("5c0003 04 0100ffff", new short[] {1, -1}),
        vector("5c0004 02 0100", new TypedArray(TypedArray.Kind.UINT16, new byte[] {1, 0})),
        vector("5c0005 04 feffffff", new int[] {-2}),
        vector(
            "5c0006 04 01000000", new TypedArray(TypedArray.Kind.UINT32, new byte[] {1, 0, 0, 0})),
        vector("5c0007 04 0000c03f", new float[] {1.5f}),
        vector("5c0008 08 000000000000f83f", new double[] {1.5}),
        vector("5c0009 01 05", new TypedArray(TypedArray.Kind.DATA_VIEW, new byte[] {5})),
        vector("5c000b 08 ffffffffffffffff", new long[] {-1}),
        vector(
            "5c000c 08 0100000000000000",
            new TypedArray(TypedArray.Kind.BIG_UINT64, new byte[] {1, 0, 0, 0, 0, 0, 0, 0})));
  }

  @ParameterizedTest
  @MethodSource({"vectors", "moreVectors"})
  void encode_everyKindOfValue_givesTheBytesOfNode(String hex, @Nullable Object value) {
    assertThat(HexFormat.of().formatHex(Codec.ADVANCED.encode(value)))
        .isEqualTo(HexFormat.of().formatHex(frame(hex)));
  }

  @ParameterizedTest
  @MethodSource({"vectors", "moreVectors"})
  void decode_everyKindOfValue_givesTheValue(String hex, @Nullable Object value) {
    Object decoded = Frames.only(Codec.ADVANCED, frame(hex));
    assertThat(Shape.of(decoded)).isEqualTo(Shape.of(value));
  }

  @Test
  void decode_whatNodeOnlyReads_givesTheSameValues() {
    assertThat(decoded("55 ffffffff07")).isEqualTo(Integer.MAX_VALUE);
    assertThat(decoded("55 ffffffff0f")).isEqualTo(4294967295.0);
    assertThat(decoded("53 03 e6bca2")).isEqualTo("漢");
    assertThat(decoded("3f05 00 4902")).isEqualTo(1);
    assertThat(decoded("00 00 00 54 00")).isEqualTo(true);
    assertThat(decoded("5a 02 01")).isEqualTo(BigInteger.ONE);
    assertThat(decoded("6f 53 01 61 4902 7b01")).isEqualTo(Map.of("a", 1));
  }

  @Test
  void decode_aNativeObject_givesItsPropertiesWithTwoIds() {
    Object value = decoded("4103 5c01 6f22016149027b01 5e01 5e02 240003");
    List<?> list = (List<?>) value;
    assertThat(list.get(0)).isEqualTo(Map.of("a", 1));
    assertThat(list.get(1)).isSameAs(list.get(0));
    assertThat(list.get(2)).isSameAs(list.get(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"72 52 6d22016d 635e00 7322 0173 2e", "72 52 6d22016d 7322 0173 635e00 2e"})
  void decode_anErrorInTheOrderOfNode20AndOfNode22_findsTheCause(String message) {
    JsError error = (JsError) decoded(message);
    assertThat(error.kind()).isEqualTo(JsError.Kind.RANGE);
    assertThat(error).hasToString("RangeError: m");
    assertThat(error.stack()).isEqualTo("s");
    assertThat(error.cause()).isSameAs(error);
  }

  @Test
  void decode_otherVersions_acceptsThirteenToFifteen() {
    assertThat(Frames.of(Codec.ADVANCED, bytes("00000003 ff0d 54")).values()).containsExactly(true);
    assertThat(Frames.of(Codec.ADVANCED, bytes("00000003 ff0e 54")).values()).containsExactly(true);
    assertThat(Frames.of(Codec.ADVANCED, bytes("00000003 ff0c 54 00000003 ff10 54")).errors())
        .hasSize(2);
  }

  static Stream<String> wrong() {
    return Stream.of(
        "",
        "00",
        "2d",
        "22",
        "220568",
        "6303616263",
        "4a",
        "49ffffffffff01",
        "4e0000",
        "5afeffffff0f",
        "41ffffffff0f",
        "4101",
        "41014902240002",
        "41014902240101",
        "4103240003",
        "6f4902",
        "6f54547b01",
        "6f49027b01",
        "6f22016149027b02",
        "5e00",
        "5e01",
        "61ffffffff0f4000ffffffff0e",
        "3b49023a01",
        "42ffffffff0f",
        "7e0201aabb",
        "5c000a05",
        "5c000d00",
        "5c000301ff",
        "5c02",
        "5c015e00",
        "52220161ff7f",
        "5254",
        "72",
        "7251",
        "726d54",
        "7263302e54",
        "72633045",
        "54 54",
        "2749022c02",
        "5c01ff");
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void decode_whatIsNoValue_isReportedAndTheNextMessageIsRead(String hex) {
    byte[] bad = frame(hex);
    byte[] next = frame("4902");
    byte[] both = ByteBuffer.allocate(bad.length + next.length).put(bad).put(next).array();
    Frames frames = Frames.of(Codec.ADVANCED, both);
    assertThat(frames.errors()).hasSize(1);
    assertThat(frames.values()).containsExactly(1);
  }

  private static @Nullable Object decoded(String hex) {
    return Frames.only(Codec.ADVANCED, frame(hex));
  }

  private static Arguments vector(String hex, @Nullable Object value) {
    return Arguments.of(hex, value);
  }

  private static Map<String, Object> ordered(String a, Object b, String c, Object d) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(a, b);
    map.put(c, d);
    return map;
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static byte[] frame(String hex) {
    byte[] body = bytes("ff0f" + hex);
    return ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body).array();
  }
}
