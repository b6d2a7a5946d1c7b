package dev.brood.workers.channel;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;
import tools.jackson.dataformat.cbor.CBORWriteFeature;

/** Length and CBOR. */
final class CborCodec implements Codec {
  /** Major type 2 of RFC 8949, section 3.1, and what its lower five bits say of the length. */
  private static final int BYTE_STRING = 2 << 5;

  private static final int LONGEST_TINY = 23;
  private static final int FOUR_BYTE_LENGTH = 26;

  @Override
  public String name() {
    return "cbor";
  }

  @Override
  public byte[] encode(@Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return encodeBytes(bytes);
    }
    FrameBuffer buffer = new FrameBuffer();
    buffer.write(new byte[Integer.BYTES]);
    try {
      FirstUse.MAPPER.writeValue(buffer, value);
    } catch (JacksonException e) {
      throw Mappers.unwritable(value, "", e);
    }
    return buffer.withLength();
  }

  /** Bytes are copied once: they are what this codec is chosen for. */
  private static byte[] encodeBytes(byte[] bytes) {
    boolean tiny = bytes.length <= LONGEST_TINY;
    int around = Integer.BYTES + 1 + (tiny ? 0 : Integer.BYTES);
    if (bytes.length > FrameBuffer.LIMIT - around) {
      throw new EncodingException("the message is longer than 2 GiB");
    }
    byte[] frame = new byte[around + bytes.length];
    System.arraycopy(bytes, 0, frame, around, bytes.length); // at once, so nothing is zeroed before
    ByteBuffer head = ByteBuffer.wrap(frame).putInt(frame.length - Integer.BYTES);
    if (tiny) {
      head.put((byte) (BYTE_STRING | bytes.length));
    } else {
      head.put((byte) (BYTE_STRING | FOUR_BYTE_LENGTH)).putInt(bytes.length);
    }
    return frame;
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
                        .streamWriteConstraints(Mappers.WRITE_LIMITS)
                        .build()))
            .build();

    private FirstUse() {}
  }
}
