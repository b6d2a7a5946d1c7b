package dev.brood.workers.channel;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;

/** Lines of JSON. */
final class JsonCodec extends FrameCodec {
  @Override
  public String name() {
    return "json";
  }

  @Override
  void write(@Nullable Object value, FrameBuffer frame) {
    if (!PlainJson.write(value, frame)) {
      Mappers.writeJson(value, frame);
    }
    frame.write('\n');
  }

  @Override
  public FrameDecoder decoder(long messageLimitBytes) {
    return new LineDecoder(JsonCodec::read, messageLimitBytes);
  }

  /**
   * Only ASCII is left to Jackson as bytes: what it makes of invalid UTF-8 differs from Node, which
   * reads U+FFFD, and it would accept a byte order mark. Even there it refuses the name of a
   * property with a lone surrogate, which Node writes; its parser of text does not.
   */
  private static @Nullable Object read(byte[] bytes, int offset, int length) {
    try {
      if (EightBytes.areAscii(bytes, offset, length)) {
        try {
          return PlainJson.read(bytes, offset, length);
        } catch (StreamReadException e) {
          // Once more, as text.
        }
      }
      return PlainJson.read(new String(bytes, offset, length, StandardCharsets.UTF_8));
    } catch (JacksonException e) {
      throw Mappers.malformed("a line of %,d bytes is not JSON".formatted(length), e);
    }
  }
}
