package dev.brood.workers.channel;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON of what messages are mostly made of: maps, lists, text, numbers, truth. What it writes and
 * reads is what {@link Mappers} would, but without Jackson's databind, which takes a third of a
 * second of a program's start to make itself ready.
 */
final class PlainJson {
  /** Longer numbers cost more than their length to convert. */
  private static final int NUMBER_DIGITS = 10_000;

  /** How long text and names may be is what the message limit is for. */
  static final StreamReadConstraints READ_LIMITS =
      StreamReadConstraints.builder()
          .maxNestingDepth(Codec.DEPTH_LIMIT)
          .maxNumberLength(NUMBER_DIGITS)
          .maxStringLength(Integer.MAX_VALUE)
          .maxNameLength(Integer.MAX_VALUE)
          .build();

  static final StreamWriteConstraints WRITE_LIMITS =
      StreamWriteConstraints.builder().maxNestingDepth(Codec.DEPTH_LIMIT).build();

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(READ_LIMITS)
          .streamWriteConstraints(WRITE_LIMITS)
          .build();

  private PlainJson() {}

  /**
   * Writes a value.
   *
   * @param frame empty before, and again after false
   * @return false if there is something in it that takes databind, to write it or to say why not
   */
  static boolean write(@Nullable Object value, FrameBuffer frame) {
    if (!isPlain(value, 0)) {
      return false;
    }
    try (JsonGenerator generator =
        new StringifyGenerator(FACTORY.createGenerator(ObjectWriteContext.empty(), frame))) {
      write(generator, value);
      return true;
    } catch (JacksonException e) {
      frame.cut(0);
      return false;
    }
  }

  /**
   * The value of a text.
   *
   * @throws JacksonException if it has none, or more than one
   */
  static @Nullable Object read(byte[] bytes, int offset, int length) {
    try (JsonParser parser =
        FACTORY.createParser(ObjectReadContext.empty(), bytes, offset, length)) {
      return only(parser);
    }
  }

  /** As {@link #read(byte[], int, int)}. */
  static @Nullable Object read(String text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      return only(parser);
    }
  }

  /** Other classes may have annotations, or be no maps in JSON, as databind sees them. */
  private static boolean isPlain(@Nullable Object value, int depth) {
    if (value instanceof Map<?, ?> map) {
      return depth < Codec.DEPTH_LIMIT && isOfJava(map) && isPlain(map, depth + 1);
    }
    if (value instanceof List<?> list) {
      return depth < Codec.DEPTH_LIMIT && isOfJava(list) && isPlain(list, depth + 1);
    }
    return value == null
        || value instanceof String
        || value instanceof Integer
        || value instanceof Long
        || value instanceof Double
        || value instanceof Boolean
        || value.getClass() == BigInteger.class;
  }

  private static boolean isPlain(Map<?, ?> map, int depth) {
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!(entry.getKey() instanceof String) || !isPlain(entry.getValue(), depth)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPlain(List<?> list, int depth) {
    for (Object element : list) {
      if (!isPlain(element, depth)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOfJava(Object container) {
    return container.getClass().getModule() == Object.class.getModule();
  }

  private static void write(JsonGenerator generator, @Nullable Object value) {
    if (value instanceof String text) {
      generator.writeString(text);
    } else if (value instanceof Map<?, ?> map) {
      generator.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        generator.writeName((String) entry.getKey());
        write(generator, entry.getValue());
      }
      generator.writeEndObject();
    } else if (value instanceof List<?> list) {
      generator.writeStartArray();
      for (Object element : list) {
        write(generator, element);
      }
      generator.writeEndArray();
    } else if (value instanceof Integer number) {
      generator.writeNumber(number.intValue());
    } else if (value instanceof Long number) {
      generator.writeNumber(number.longValue());
    } else if (value instanceof Double number) {
      generator.writeNumber(number.doubleValue());
    } else if (value instanceof Boolean truth) {
      generator.writeBoolean(truth);
    } else if (value instanceof BigInteger number) {
      generator.writeNumber(number);
    } else {
      generator.writeNull();
    }
  }

  private static @Nullable Object only(JsonParser parser) {
    if (parser.nextToken() == null) {
      throw new StreamReadException(parser, "there is no value");
    }
    Object value = value(parser);
    if (parser.nextToken() != null) {
      throw new StreamReadException(parser, "there is more than one value");
    }
    return value;
  }

  private static @Nullable Object value(JsonParser parser) {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
          parser.nextToken();
          map.put(name, value(parser));
        }
        yield map;
      }
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> parser.getNumberValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalStateException("no value begins with " + token);
    };
  }
}
