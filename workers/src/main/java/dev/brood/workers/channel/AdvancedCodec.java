package dev.brood.workers.channel;

import org.jspecify.annotations.Nullable;

/** Length and V8's own format, as its serializer writes it with Node's additions for children. */
final class AdvancedCodec implements Codec {
  @Override
  public String name() {
    return "advanced";
  }

  @Override
  public byte[] encode(@Nullable Object value) {
    FrameBuffer buffer = new FrameBuffer();
    buffer.write(new byte[Integer.BYTES]);
    new V8Writer(buffer).message(value);
    return buffer.withLength();
  }

  @Override
  public FrameDecoder decoder(long messageLimitBytes) {
    return new LengthDecoder(
        (bytes, offset, length) -> new V8Reader(bytes, offset, length).message(),
        messageLimitBytes);
  }
}
