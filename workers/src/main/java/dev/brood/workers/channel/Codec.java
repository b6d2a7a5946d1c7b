package dev.brood.workers.channel;

import org.jspecify.annotations.Nullable;

/**
 * How values become bytes on a channel and back. Immutable and thread-safe.
 *
 * <p>Values are null, Boolean, Integer, Long, Double, BigInteger, String, List and Map, in both
 * directions. Records, other objects, arrays, enums and Jackson trees can be written too; they
 * arrive as maps and lists.
 */
public interface Codec {
  /** Its name on the wire: the value of {@code NODE_CHANNEL_SERIALIZATION_MODE}. */
  String name();

  /**
   * A whole frame with one value.
   *
   * @throws EncodingException if the value, or something in it, cannot be written
   */
  byte[] encode(@Nullable Object value);

  /**
   * A decoder for one stream.
   *
   * @param messageLimitBytes of a longer message only the fact is reported, and no memory is taken
   */
  FrameDecoder decoder(long messageLimitBytes);
}
