package dev.brood.workers.channel;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;
import tools.jackson.dataformat.cbor.CBORWriteFeature;

/** Length and CBOR. */
final class CborCodec extends FrameCodec {
  /** Major type 2 of RFC 8949, section 3.1, and what its lower five bits say of the length. */
  private static final int BYTE_STRING = 2 << 5;

  private static final int LONGEST_TINY = 23;
  private static final int FOUR_BYTE_LENGTH = 26;

  @Override
  public String name() {
    return "cbor";
  }

  @Override
  void write(@Nullable Object value, FrameBuffer frame) {
    frame.leaveRoomForLength();
    if (value instanceof byte[] bytes) {
      write(bytes, frame);
    } else {
      try {
        FirstUse.MAPPER.writeValue(frame, value);
      } catch (JacksonException e) {
        throw Mappers.unwritable(value, "", e);
      }
    }
    frame.writeLength();
  }

  /** Bytes are what this codec is chosen for: they go without Jackson. */
  private static void write(byte[] bytes, FrameBuffer frame) {
    frame.reserve(bytes.length + 1L + Integer.BYTES);
    if (bytes.length <= LONGEST_TINY) {
      frame.write(BYTE_STRING | bytes.length);
    } else {
      frame.write(BYTE_STRING | FOUR_BYTE_LENGTH);
      frame.bigInt(bytes.length);
    }
    frame.write(bytes);
  }

  @Override
  public FrameDecoder decoder(long messageLimitBytes) {
    return new LengthDecoder(
        (bytes, offset, length) -> new CborReader(bytes, offset, length).message(),
        messageLimitBytes);
  }

  /** Made when the first message comes: a program that uses JSON does not load any of this. */
  private static final class FirstUse {
    /** Negative integers beyond 64 bits as RFC 8949 says, which Jackson does only when asked. */
    static final CBORMapper MAPPER =
        Mappers.configured(
                CBORMapper.builder(
                    CBORFactory.builder()
                        .enable(CBORWriteFeature.ENCODE_USING_STANDARD_NEGATIVE_BIGINT_ENCODING)
                        .streamWriteConstraints(PlainJson.WRITE_LIMITS)
                        .build()))
            .build();

    private FirstUse() {}
  }
}
