package dev.brood.workers.channel;

import dev.brood.workers.channel.v8.ArrayBuffer;
import dev.brood.workers.channel.v8.JsArray;
import dev.brood.workers.channel.v8.JsConstant;
import dev.brood.workers.channel.v8.JsError;
import dev.brood.workers.channel.v8.JsMap;
import dev.brood.workers.channel.v8.SparseArray;
import dev.brood.workers.channel.v8.TypedArray;
import java.lang.reflect.Array;
import java.util.Collection;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a value is, as text: two values have the same text exactly if no receiver can tell them
 * apart, shared and circular references included.
 */
final class Shape {
  private final StringBuilder text = new StringBuilder();
  private final Map<Object, Integer> seen = new IdentityHashMap<>();

  private Shape() {}

  static String of(@Nullable Object value) {
    Shape shape = new Shape();
    shape.add(value);
    return shape.text.toString();
  }

  private void add(@Nullable Object value) {
    if (value == null || value instanceof Enum || value instanceof Boolean) {
      text.append(value);
    } else if (value instanceof String string) {
      text.append('"');
      string.chars().forEach(c -> text.append(c < 127 ? (char) c : "\\u%04x".formatted(c)));
      text.append('"');
    } else if (value instanceof Number) {
      text.append(value.getClass().getSimpleName()).append(' ').append(value);
    } else if (seen.containsKey(value)) {
      text.append('^').append(seen.get(value));
    } else {
      seen.put(value, seen.size());
      object(value);
    }
    text.append(' ');
  }

  private void object(Object value) {
    switch (value) {
      case JsMap map -> pairs("Map", map);
      case Map<?, ?> map -> pairs("object", map);
      case Set<?> set -> all("Set", set);
      case List<?> array when array.contains(JsConstant.HOLE) -> {
        SortedMap<Long, Object> elements = new TreeMap<>();
        for (int i = 0; i < array.size(); i++) {
          if (array.get(i) != JsConstant.HOLE) {
            elements.put((long) i, array.get(i));
          }
        }
        text.append("sparse").append(array.size());
        pairs("", elements);
        pairs("with", array instanceof JsArray named ? named.properties() : Map.of());
      }
      case Collection<?> list -> {
        all("array", list);
        if (list instanceof JsArray array && array.hasProperties()) {
          pairs("with", array.properties());
        }
      }
      case SparseArray array -> {
        text.append("sparse").append(array.length());
        pairs("", array.elements());
        pairs("with", array.properties());
      }
      case ArrayBuffer buffer -> {
        text.append("buffer").append(buffer.maxLength());
        text.append(HexFormat.of().formatHex(buffer.bytes()));
      }
      case TypedArray array -> {
        text.append(array.kind());
        text.append(HexFormat.of().formatHex(array.bytes()));
      }
      case JsError error -> {
        text.append(error.kind()).append('(');
        add(error.message());
        add(error.stack());
        add(error.cause());
        text.append(')');
      }
      default -> {
        text.append(value.getClass().getSimpleName());
        if (value.getClass().isArray()) {
          for (int i = 0; i < Array.getLength(value); i++) {
            text.append(' ').append(Array.get(value, i));
          }
        } else {
          text.append(value);
        }
      }
    }
  }

  private void all(String kind, Collection<?> values) {
    text.append(kind).append('(');
    values.forEach(this::add);
    text.append(')');
  }

  private void pairs(String kind, Map<?, ?> map) {
    text.append(kind).append('(');
    map.forEach((key, value) -> {
      add(key);
      add(value);
    });
    text.append(')');
  }
}
