package dev.brood.workers.channel;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;
import tools.jackson.dataformat.cbor.CBORWriteFeature;

/** Length and CBOR. */
final class CborCodec implements Codec {
  @Override
  public String name() {
    return "cbor";
  }

  @Override
  public byte[] encode(@Nullable Object value) {
    FrameBuffer buffer = new FrameBuffer();
    buffer.write(new byte[Integer.BYTES]);
    try {
      FirstUse.MAPPER.writeValue(buffer, value);
    } catch (JacksonException e) {
      throw Mappers.unwritable(value, "", e);
    }
    return buffer.withLength();
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
