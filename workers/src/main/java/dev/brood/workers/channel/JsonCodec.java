package dev.brood.workers.channel;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Lines of JSON, as Node writes them. */
final class JsonCodec implements Codec {
  @Override
  public String name() {
    return "json";
  }

  @Override
  public byte[] encode(@Nullable Object value) {
    try {
      byte[] text = JsonMapper.shared().writeValueAsBytes(value);
      byte[] line = Arrays.copyOf(text, text.length + 1);
      line[text.length] = '\n';
      return line;
    } catch (JacksonException e) {
      throw new EncodingException("cannot be written as JSON: " + e.getMessage(), e);
    }
  }

  @Override
  public FrameDecoder decoder(long messageLimitBytes) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    return (bytes, offset, length, sink) -> {
      for (int i = offset; i < offset + length; i++) {
        if (bytes[i] != '\n') {
          line.write(bytes[i]);
          continue;
        }
        String text = line.toString(StandardCharsets.UTF_8);
        int size = line.size() + 1;
        line.reset();
        try {
          sink.frame(JsonMapper.shared().readValue(text, Object.class), size);
        } catch (JacksonException e) {
          sink.malformed(new MalformedMessageException("not JSON: " + e.getMessage(), e));
        }
      }
    };
  }
}
