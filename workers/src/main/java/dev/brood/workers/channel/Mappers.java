package dev.brood.workers.channel;

import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.json.JsonMapper;

/** How Jackson is set up for messages, and what its errors become. */
final class Mappers {
  /** Makes text of objects, and objects of the values of messages, whatever codec they came by. */
  static final JsonMapper JSON = configured(JsonMapper.builder(PlainJson.FACTORY)).build();

  private Mappers() {}

  /** What holds for every format: an object without a visible property is an error, not empty. */
  static <B extends MapperBuilder<?, B>> B configured(B builder) {
    return builder.enable(SerializationFeature.FAIL_ON_EMPTY_BEANS);
  }

  static void writeJson(@Nullable Object value, OutputStream out) {
    try (JsonGenerator generator = new StringifyGenerator(JSON.createGenerator(out))) {
      JSON.writeValue(generator, value);
    } catch (JacksonException e) {
      throw unwritable(value, "", e);
    }
  }

  /**
   * What a caller is told.
   *
   * @param place where {@code value} lies in the message; empty if it is the message
   */
  static EncodingException unwritable(@Nullable Object value, String place, JacksonException e) {
    String type = value == null ? "null" : value.getClass().getTypeName();
    return new EncodingException(
        "cannot write %s as a message%s: %s"
            .formatted(type, where(place, e), e.getOriginalMessage()),
        e);
  }

  /** What a caller is told whose {@code type} does not fit a message. */
  static EncodingException unreadable(Class<?> type, JacksonException e) {
    return new EncodingException(
        "a message is no %s%s: %s".formatted(type.getName(), where("", e), e.getOriginalMessage()),
        e);
  }

  private static String where(String place, JacksonException e) {
    StringBuilder path = new StringBuilder(place);
    List<JacksonException.Reference> steps = e.getPath();
    for (JacksonException.Reference step : steps.subList(0, Math.min(steps.size(), 20))) {
      appendStep(path, step.getPropertyName() == null ? step.getIndex() : step.getPropertyName());
    }
    return path.isEmpty() ? "" : " at " + path;
  }

  /** Appends {@code .key}, {@code ["odd key"]} or {@code [index]}. */
  static void appendStep(StringBuilder path, @Nullable Object step) {
    if (step instanceof Integer index) {
      path.append('[').append(index.intValue()).append(']');
    } else if (step instanceof String name && name.matches("\\w{1,100}")) {
      path.append(path.isEmpty() ? "" : ".").append(name);
    } else {
      String text = String.valueOf(step);
      path.append("[\"").append(text, 0, Math.min(text.length(), 100)).append("\"]");
    }
  }

  static MalformedMessageException malformed(String what, JacksonException e) {
    return new MalformedMessageException(what + ": " + e.getOriginalMessage(), e);
  }
}
