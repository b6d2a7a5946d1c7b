package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BinaryCodecTest {
  record Blob(String name, byte[] data) {}

  private static byte[] frame(String hex) {
    byte[] body = HexFormat.of().parseHex(hex);
    byte[] frame = new byte[4 + body.length];
    frame[3] = (byte) body.length;
    System.arraycopy(body, 0, frame, 4, body.length);
    return frame;
  }

  /** From RFC 8949, appendix A. */
  @ParameterizedTest
  @CsvSource({
    "00, 0",
    "17, 23",
    "1818, 24",
    "1903e8, 1000",
    "1a000f4240, 1000000",
    "1b000000e8d4a51000, 1000000000000",
    "1bffffffffffffffff, 18446744073709551615",
    "c249010000000000000000, 18446744073709551616",
    "3bffffffffffffffff, -18446744073709551616",
    "c349010000000000000000, -18446744073709551617",
    "20, -1",
    "3903e7, -1000"
  })
  void integers_ofAnyLength_areThoseOfTheStandard(String hex, BigInteger number) {
    Object value = Frames.only(Codec.BINARY, frame(hex));
    assertThat(value).hasToString(number.toString());
    assertThat(Frames.roundTrip(Codec.BINARY, number)).hasToString(number.toString());
    boolean tagged = number.bitLength() > 63;
    if (!tagged || hex.startsWith("c")) {
      assertThat(HexFormat.of().formatHex(Codec.BINARY.encode(value)))
          .isEqualTo(HexFormat.of().formatHex(frame(hex)));
    }
  }

  @Test
  void decode_whatOtherWritersWrite_isRead() {
    assertThat(Frames.only(Codec.BINARY, frame("f93c00"))).isEqualTo(1.0);
    assertThat(Frames.only(Codec.BINARY, frame("fa47c35000"))).isEqualTo(100000.0);
    assertThat(Frames.only(Codec.BINARY, frame("f7"))).isNull();
    assertThat(Frames.only(Codec.BINARY, frame("9f018202039f0405ffff")))
        .isEqualTo(List.of(1, List.of(2, 3), List.of(4, 5)));
    assertThat(Frames.only(Codec.BINARY, frame("bf61610161629f0203ffff")))
        .isEqualTo(Map.of("a", 1, "b", List.of(2, 3)));
    assertThat(Frames.only(Codec.BINARY, frame("7f657374726561646d696e67ff")))
        .isEqualTo("streaming");
    assertThat(Frames.only(Codec.BINARY, frame("5f42010243030405ff")))
        .isEqualTo(new byte[] {1, 2, 3, 4, 5});
    assertThat(Frames.only(Codec.BINARY, frame("c074323031332d30332d32315432303a30343a30305a")))
        .isEqualTo("2013-03-21T20:04:00Z");
    assertThat(Frames.only(Codec.BINARY, frame("d9d9f701"))).isEqualTo(1);
  }

  @Test
  void bytes_anywhere_travelAsBytes() {
    byte[] data = {0, -1, 10};
    assertThat(Frames.roundTrip(Codec.BINARY, data)).isEqualTo(data);
    assertThat(Codec.BINARY.encode(data)).hasSize(4 + 1 + 3);
    Map<?, ?> map = (Map<?, ?>) Frames.roundTrip(Codec.BINARY, new Blob("b", data));
    assertThat(map.get("data")).isEqualTo(data);
    assertThat(Mappers.JSON.convertValue(map, Blob.class).data()).isEqualTo(data);
    byte[] large = new byte[3_000_000];
    Arrays.fill(large, (byte) 7);
    assertThat(Frames.roundTrip(Codec.BINARY, List.of(large)))
        .satisfies(list -> assertThat(((List<?>) list).getFirst()).isEqualTo(large));
  }

  @Test
  void encode_whatCannotBeWritten_saysWhatAndWhere() {
    assertThatThrownBy(() -> Codec.BINARY.encode(Map.of("a", List.of("\ud800"))))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("a[0]");
    Map<String, Object> circle = new HashMap<>();
    circle.put("a", circle);
    assertThatThrownBy(() -> Codec.BINARY.encode(circle)).isInstanceOf(EncodingException.class);
  }

  @Test
  void nesting_toTheLimit_isCarriedAndBeyondReported() {
    List<Object> deepest = new ArrayList<>();
    for (int i = 1; i < Codec.DEPTH_LIMIT; i++) {
      deepest = new ArrayList<>(List.of(deepest));
    }
    assertThat(Frames.roundTrip(Codec.BINARY, deepest)).isEqualTo(deepest);
    List<Object> deeper = List.of(deepest);
    assertThatThrownBy(() -> Codec.BINARY.encode(deeper)).isInstanceOf(EncodingException.class);
    byte[] bomb = new byte[4 + 1_000_000];
    Arrays.fill(bomb, (byte) 0x9f);
    for (byte head : new byte[] {(byte) 0x9f, (byte) 0x81, (byte) 0xa1, (byte) 0xbf, (byte) 0xc6}) {
      Arrays.fill(bomb, 4, bomb.length, head);
      System.arraycopy(new byte[] {0, 15, 0x42, 0x40}, 0, bomb, 0, 4);
      assertThat(Frames.of(Codec.BINARY, bomb).errors()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ff",
        "18",
        "1c",
        "5a7fffffff00",
        "5bffffffffffffffff",
        "7a7fffffff61",
        "9a7fffffff",
        "9bffffffffffffffff00",
        "ba7fffffff",
        "bf01",
        "6261",
        "0000",
        "7f01ff",
        "5f6161ff",
        "a10101ff",
        "bf6161ff",
        "c2",
        "f8",
        "a1820101f6"
      })
  void decode_whatIsNoValue_isReportedAndTheNextMessageIsRead(String hex) {
    byte[] bad = frame(hex);
    byte[] both = Arrays.copyOf(bad, bad.length + 5);
    System.arraycopy(frame("07"), 0, both, bad.length, 5);
    Frames frames = Frames.of(Codec.BINARY, both);
    assertThat(frames.errors()).hasSize(1);
    assertThat(frames.values()).containsExactly(7);
  }
}
