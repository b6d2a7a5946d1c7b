package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Gen;
import dev.brood.testkit.Seeds;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Damaged streams: whatever comes in, a decoder delivers values or reports typed errors, goes on,
 * and what it delivers can be written again.
 */
class CodecFuzzTest {
  private static final int LIMIT = 4096;
  private static final Duration SOAK = Duration.ofMinutes(2);

  static Stream<Codec> codecs() {
    return Stream.of(Codec.JSON, Codec.ADVANCED, Codec.BINARY);
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void damagedStreams_areReportedAndNeverThrow(Codec codec) {
    Seeds.random(2000, gen -> damage(codec, gen));
  }

  @Tag("soak")
  @Timeout(600)
  @ParameterizedTest
  @MethodSource("codecs")
  void damagedStreams_forMinutes_areReportedAndNeverThrow(Codec codec) {
    long end = System.nanoTime() + SOAK.toNanos();
    while (System.nanoTime() < end) {
      Seeds.random(10_000, gen -> damage(codec, gen));
    }
  }

  private static void damage(Codec codec, Gen gen) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = gen.between(1, 5); i > 0; i--) {
      byte[] frame = codec.encode(RandomValues.value(gen, codec));
      stream.writeBytes(gen.flip() ? frame : damaged(codec, frame, gen));
    }
    Frames frames = new Frames();
    FramingTest.feedCut(codec.decoder(LIMIT), stream.toByteArray(), frames, gen);
    for (Object value : frames.values()) {
      String shape = Shape.of(value);
      String again = Shape.of(Frames.roundTrip(codec, value));
      if (codec == Codec.JSON) {
        shape = shape.replaceAll("Double -?Infinity", "null"); // of 1e999
      }
      assertThat(again).isEqualTo(shape);
    }
  }

  private static byte[] damaged(Codec codec, byte[] frame, Gen gen) {
    byte[] bytes = frame.clone();
    int first = codec == Codec.JSON || gen.below(10) == 0 ? 0 : 4; // mostly the framing holds
    for (int i = gen.between(1, 4); i > 0 && bytes.length > first; i--) {
      int at = gen.between(first, bytes.length - 1);
      switch (gen.below(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << gen.below(8));
        case 1 -> bytes[at] = (byte) gen.below(256);
        case 2 -> bytes[at] = bytes[gen.between(first, bytes.length - 1)];
        case 3 -> bytes = Arrays.copyOf(bytes, at);
        default -> bytes = inserted(bytes, at, gen);
      }
    }
    if (codec != Codec.JSON && first == 4 && bytes.length >= 4) {
      int length = bytes.length - 4;
      for (int i = 0; i < 4; i++) {
        bytes[i] = (byte) (length >>> 24 - 8 * i);
      }
    }
    return bytes;
  }

  private static byte[] inserted(byte[] bytes, int at, Gen gen) {
    byte[] more = gen.oneOf(gen.bytes(20), Arrays.copyOfRange(bytes, at, bytes.length));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(bytes, 0, at);
    all.writeBytes(more);
    all.write(bytes, at, bytes.length - at);
    return all.toByteArray();
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void noise_isReportedAndNeverThrows(Codec codec) {
    Seeds.random(
        1500,
        gen -> {
          byte[] noise = gen.bytes(600);
          List<Object> seen = new ArrayList<>();
          FramingTest.feedCut(
              codec.decoder(LIMIT),
              noise,
              new FrameSink() {
                @Override
                public void frame(Object value, int length) {
                  seen.add(length);
                }

                @Override
                public void malformed(MalformedMessageException reason) {
                  seen.add(reason);
                  assertThat(reason).hasMessageNotContaining("\n\n").message().isNotEmpty();
                }
              },
              gen);
          assertThat(seen.size()).isLessThanOrEqualTo(noise.length + 1);
        });
  }
}
