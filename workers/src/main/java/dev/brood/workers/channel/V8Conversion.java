package dev.brood.workers.channel;

import dev.brood.workers.channel.v8.ArrayBuffer;
import dev.brood.workers.channel.v8.Boxed;
import dev.brood.workers.channel.v8.JsArray;
import dev.brood.workers.channel.v8.JsConstant;
import dev.brood.workers.channel.v8.JsError;
import dev.brood.workers.channel.v8.JsMap;
import dev.brood.workers.channel.v8.JsRegExp;
import dev.brood.workers.channel.v8.SparseArray;
import dev.brood.workers.channel.v8.TypedArray;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * Makes maps and lists of what V8 has no value for: records, other objects, enums, trees. What it
 * has a value for stays as it is inside them.
 */
final class V8Conversion {
  /** Types that {@link V8Writer} writes itself, other than those Jackson leaves alone anyway. */
  private static final List<Class<?>> KEPT =
      List.of(
          ArrayBuffer.class,
          Boxed.class,
          JsArray.class,
          JsConstant.class,
          JsError.class,
          JsMap.class,
          JsRegExp.class,
          SparseArray.class,
          TypedArray.class,
          Instant.class,
          Date.class,
          Set.class,
          byte[].class,
          short[].class,
          int[].class,
          long[].class,
          float[].class,
          double[].class);

  private static final JsonMapper MAPPER =
      Mappers.configured(
              JsonMapper.builder(
                  JsonFactory.builder()
                      .streamReadConstraints(PlainJson.READ_LIMITS)
                      .streamWriteConstraints(PlainJson.WRITE_LIMITS)
                      .build()))
          .addModule(keeping())
          .build();

  private V8Conversion() {}

  private static SimpleModule keeping() {
    SimpleModule module = new SimpleModule("kept as they are");
    for (Class<?> type : KEPT) {
      module.addSerializer(type, new Kept());
    }
    return module;
  }

  static @Nullable Object convert(Object value) {
    return MAPPER.convertValue(value, Object.class);
  }

  /** The name of a property: a string, or what is one once it is written down. */
  static String key(Map<?, ?> map, @Nullable Object key, V8Writer writer) {
    return switch (key) {
      case String text -> text;
      case Number number -> number.toString();
      case Boolean truth -> truth.toString();
      case Character character -> character.toString();
      case Enum<?> constant -> String.valueOf(convert(constant));
      case null, default ->
          throw writer.refused(
              map,
              "the keys of an object are strings, not %s; a JsMap has any keys"
                  .formatted(key == null ? "null" : key.getClass().getTypeName()));
    };
  }

  /** What stands for a kind of error, 0 for the plain one. */
  static int letter(JsError.Kind kind) {
    return switch (kind) {
      case ERROR -> 0;
      case EVAL -> 'E';
      case RANGE -> 'R';
      case REFERENCE -> 'F';
      case SYNTAX -> 'S';
      case TYPE -> 'T';
      case URI -> 'U';
    };
  }

  private static final class Kept extends ValueSerializer<Object> {
    @Override
    public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
      generator.writeEmbeddedObject(value);
    }

    @Override
    public void serializeWithType(
        Object value,
        JsonGenerator generator,
        SerializationContext context,
        TypeSerializer typeSerializer) {
      generator.writeEmbeddedObject(value);
    }
  }
}
