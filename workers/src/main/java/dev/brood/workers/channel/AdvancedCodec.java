package dev.brood.workers.channel;

import org.jspecify.annotations.Nullable;

/** Length and V8's own format, as its serializer writes it with Node's additions for children. */
final class AdvancedCodec extends FrameCodec {
  @Override
  public String name() {
    return "advanced";
  }

  @Override
  void write(@Nullable Object value, FrameBuffer frame) {
    frame.leaveRoomForLength();
    new V8Writer(frame).message(value);
    frame.writeLength();
  }

  @Override
  public FrameDecoder decoder(long messageLimitBytes) {
    return new LengthDecoder(
        (bytes, offset, length) -> new V8Reader(bytes, offset, length).message(),
        messageLimitBytes);
  }
}
