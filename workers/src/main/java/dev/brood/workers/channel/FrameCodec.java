package dev.brood.workers.channel;

import org.jspecify.annotations.Nullable;

/** What the codecs have in common: they write into a buffer that can be used again. */
abstract sealed class FrameCodec implements Codec permits JsonCodec, AdvancedCodec, CborCodec {
  /**
   * Writes a whole frame.
   *
   * @param frame empty before; holds anything after an {@link EncodingException}
   */
  abstract void write(@Nullable Object value, FrameBuffer frame);

  @Override
  public final byte[] encode(@Nullable Object value) {
    FrameBuffer frame = new FrameBuffer();
    write(value, frame);
    return frame.toBytes();
  }
}
