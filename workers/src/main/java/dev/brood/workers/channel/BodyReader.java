package dev.brood.workers.channel;

import org.jspecify.annotations.Nullable;

/** Makes a value of the bytes of one message, which framing has cut out. Thread-safe. */
@FunctionalInterface
interface BodyReader {
  /** Keeps no reference to {@code bytes}. */
  @Nullable Object read(byte[] bytes, int offset, int length) throws MalformedMessageException;

  /**
   * Reads and hands on.
   *
   * @param framing how many bytes framing took besides the body
   */
  default void deliver(byte[] bytes, int offset, int length, int framing, FrameSink sink) {
    Object value;
    try {
      value = read(bytes, offset, length);
    } catch (MalformedMessageException e) {
      sink.malformed(e);
      return;
    }
    sink.frame(value, length + framing);
  }

  /** As much of a limit as one Java array can hold, with room for framing. */
  static int arrayLimit(long messageLimitBytes) {
    return Math.clamp(messageLimitBytes, 1, Integer.MAX_VALUE - 16);
  }

  /** What is reported of a message beyond the limit. */
  static MalformedMessageException tooLong(String what, int limit) {
    String text = "%s exceeds the message limit of %,d bytes; it is skipped".formatted(what, limit);
    return new MalformedMessageException(text, new MessageTooLargeException(text));
  }
}
