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
  /** Lines of JSON. */
  Codec JSON = new JsonCodec();

  /**
   * The codec of a name.
   *
   * @throws HandleException if there is none of that name
   */
  static Codec named(String name) {
    if (name.equals(JSON.name())) {
      return JSON;
    }
    throw new HandleException("no codec is called \"" + name + "\"");
  }

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
