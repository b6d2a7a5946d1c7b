package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Gen;
import dev.brood.testkit.Seeds;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every codec: how a stream is cut, and what limits do. */
class FramingTest {
  private static final int MIB = 1 << 20;

  static Stream<Codec> codecs() {
    return Stream.of(Codec.JSON, Codec.ADVANCED, Codec.BINARY);
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void values_ofAnyShape_arriveAsTheyWereSent(Codec codec) {
    Seeds.random(
        1500,
        gen -> {
          Object value = RandomValues.value(gen, codec);
          assertThat(Shape.of(Frames.roundTrip(codec, value))).isEqualTo(Shape.of(value));
        });
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void streams_cutAnywhere_giveTheSameMessages(Codec codec) {
    Seeds.random(
        300,
        gen -> {
          ByteArrayOutputStream stream = new ByteArrayOutputStream();
          List<String> sent = new ArrayList<>();
          for (int i = gen.between(1, 20); i > 0; i--) {
            Object value = RandomValues.value(gen, codec);
            sent.add(Shape.of(value));
            stream.writeBytes(codec.encode(value));
          }
          Frames frames = new Frames();
          feedCut(codec.decoder(MIB), stream.toByteArray(), frames, gen);
          assertThat(frames.errors()).isEmpty();
          assertThat(frames.values().stream().map(Shape::of)).containsExactlyElementsOf(sent);
        });
  }

  static void feedCut(FrameDecoder decoder, byte[] stream, FrameSink sink, Gen gen) {
    int longest = gen.oneOf(1, 3, 50, 5000);
    int position = 0;
    while (position < stream.length) {
      int length = Math.min(stream.length - position, gen.between(1, longest));
      // What lies around is of no concern, and may change once feed has returned.
      byte[] around = new byte[length + 20];
      System.arraycopy(stream, position, around, 7, length);
      decoder.feed(around, 7, length, sink);
      Arrays.fill(around, (byte) '\n');
      position += length;
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void streams_byteByByte_giveTheSameMessages(Codec codec) {
    FrameDecoder decoder = codec.decoder(MIB);
    Frames frames = new Frames();
    for (int round = 0; round < 3; round++) {
      for (byte b : codec.encode(List.of("é漢😀", 1))) {
        decoder.feed(new byte[] {b}, 0, 1, frames);
      }
    }
    assertThat(frames.values()).hasSize(3).allMatch(List.of("é漢😀", 1)::equals);
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void streams_ofThousandsOfMessagesInOneRead_areCutWhereTheyLie(Codec codec) {
    byte[] one = codec.encode(7);
    byte[] all = new byte[one.length * 10_000];
    for (int i = 0; i < 10_000; i++) {
      System.arraycopy(one, 0, all, i * one.length, one.length);
    }
    Frames frames = Frames.of(codec, all);
    assertThat(frames.values()).hasSize(10_000).allMatch(value -> value.equals(7));
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void messages_ofTenMegabytesInPieces_areReadAndLetGoOf(Codec codec) {
    String text = "0123456789 é\n".repeat(800_000);
    byte[] frame = codec.encode(text);
    FrameDecoder decoder = codec.decoder(64 * MIB);
    Frames frames = new Frames();
    for (int position = 0; position < frame.length; position += 65_536) {
      decoder.feed(frame, position, Math.min(65_536, frame.length - position), frames);
    }
    assertThat(frames.values()).containsExactly(text);
    assertThat(held(decoder)).isLessThanOrEqualTo(65_536);
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void messages_atTheLimit_areReadAndBeyondSkipped(Codec codec) {
    byte[] fits = codec.encode("x".repeat(500));
    byte[] tooLong = codec.encode("x".repeat(600));
    int framing = codec == Codec.JSON ? 1 : 4;
    FrameDecoder decoder = codec.decoder(fits.length - framing);
    for (int piece : new int[] {1, 7, 100, 5000}) {
      Frames frames = new Frames();
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      for (byte[] part : new byte[][] {fits, tooLong, tooLong, fits, codec.encode(1)}) {
        stream.writeBytes(part);
      }
      byte[] bytes = stream.toByteArray();
      for (int position = 0; position < bytes.length; position += piece) {
        decoder.feed(bytes, position, Math.min(piece, bytes.length - position), frames);
      }
      assertThat(frames.values()).hasSize(3).last().isEqualTo(1);
      assertThat(frames.errors())
          .hasSize(2)
          .allSatisfy(e -> assertThat(e).hasCauseInstanceOf(MessageTooLargeException.class));
      assertThat(held(decoder)).isLessThanOrEqualTo(65_536);
    }
  }

  @Test
  void aLine_thatNeverEnds_takesNoMoreMemoryThanTheLimit() {
    FrameDecoder decoder = Codec.JSON.decoder(MIB);
    Frames frames = new Frames();
    byte[] piece = new byte[MIB / 4];
    Arrays.fill(piece, (byte) '[');
    for (int i = 0; i < 400; i++) {
      decoder.feed(piece, 0, piece.length, frames);
      assertThat(held(decoder)).isLessThanOrEqualTo(MIB);
    }
    decoder.feed("\n[1]\n".getBytes(StandardCharsets.US_ASCII), 0, 5, frames);
    assertThat(frames.errors()).hasSize(1);
    assertThat(frames.values()).containsExactly(List.of(1));
  }

  @Test
  void aLength_thatIsAnnounced_takesNoMemoryBeforeItsBytesCome() {
    for (Codec codec : List.of(Codec.ADVANCED, Codec.BINARY)) {
      FrameDecoder decoder = codec.decoder(Long.MAX_VALUE);
      decoder.feed(new byte[] {0x7f, -1, -1, 0, 1, 2, 3}, 0, 7, new Frames());
      assertThat(held(decoder)).isLessThanOrEqualTo(65_536);
      FrameDecoder limited = codec.decoder(MIB);
      Frames frames = new Frames();
      limited.feed(new byte[] {-1, -1, -1, -1, 1, 2, 3}, 0, 7, frames);
      limited.feed(new byte[1000], 0, 1000, frames);
      assertThat(frames.errors()).hasSize(1);
      assertThat(held(limited)).isZero();
    }
  }

  /** A thousand lists in each other that all claim to be as long as the message: 2 GiB each. */
  @Test
  void lists_thatClaimToBeLong_takeNoMemoryBeforeTheirElementsCome() {
    int levels = Codec.DEPTH_LIMIT;
    byte[] cbor = new byte[4 + 8 * MIB];
    byte[] v8 = new byte[4 + 8 * MIB];
    System.arraycopy(new byte[] {0, (byte) 0x80, 0, 0}, 0, cbor, 0, 4);
    System.arraycopy(new byte[] {0, (byte) 0x80, 0, 0, -1, 15}, 0, v8, 0, 6);
    for (int i = 0; i < levels; i++) {
      System.arraycopy(new byte[] {(byte) 0x9a, 0, 0x70, 0, 0}, 0, cbor, 4 + 5 * i, 5);
      System.arraycopy(new byte[] {'A', -1, -1, -1, 3}, 0, v8, 6 + 5 * i, 5);
    }
    cbor[4 + 5 * levels] = (byte) 0xff;
    v8[6 + 5 * levels] = '!';
    assertThat(Frames.of(Codec.BINARY, cbor).errors()).hasSize(1);
    assertThat(Frames.of(Codec.ADVANCED, v8).errors()).hasSize(1);
  }

  private static int held(FrameDecoder decoder) {
    return switch (decoder) {
      case LineDecoder lines -> lines.heldCapacity();
      case LengthDecoder frames -> frames.heldCapacity();
      default -> throw new AssertionError(decoder);
    };
  }
}
