package dev.brood.workers.channel;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Makes the frames that one channel sends. Thread-safe. */
final class FrameWriter {
  /** A buffer that has grown beyond this is not used again. */
  private static final int KEPT_BYTES = 128 * 1024;

  private final FrameCodec codec;
  private final long limit;
  private final String name;
  private final AtomicReference<@Nullable FrameBuffer> spare = new AtomicReference<>();

  FrameWriter(ChannelOptions options, String name) {
    this.codec = (FrameCodec) options.codec();
    this.limit = options.messageLimitBytes();
    this.name = name;
  }

  /** A frame in an array of its own. */
  byte[] frame(@Nullable Object value) {
    byte[] frame = codec.encode(value);
    check(frame.length);
    return frame;
  }

  /** A frame in a buffer that is to be given back. */
  FrameBuffer lend(@Nullable Object value) {
    FrameBuffer kept = spare.getAndSet(null);
    FrameBuffer buffer = kept == null ? new FrameBuffer() : kept;
    codec.write(value, buffer);
    check(buffer.size());
    return buffer;
  }

  /** Nobody looks at it any more. */
  void giveBack(FrameBuffer buffer) {
    if (buffer.array().length <= KEPT_BYTES) {
      buffer.cut(0);
      spare.set(buffer);
    }
  }

  /** Refuses what is too long. */
  void check(int bytes) {
    if (bytes > limit) {
      throw new MessageTooLargeException(
          "%s: a message of %,d bytes; the limit is %,d".formatted(name, bytes, limit));
    }
  }
}
