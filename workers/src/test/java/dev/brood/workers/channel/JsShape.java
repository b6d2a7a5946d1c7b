package dev.brood.workers.channel;

import dev.brood.workers.channel.v8.ArrayBuffer;
import dev.brood.workers.channel.v8.Boxed;
import dev.brood.workers.channel.v8.JsArray;
import dev.brood.workers.channel.v8.JsConstant;
import dev.brood.workers.channel.v8.JsError;
import dev.brood.workers.channel.v8.JsMap;
import dev.brood.workers.channel.v8.JsRegExp;
import dev.brood.workers.channel.v8.JsSet;
import dev.brood.workers.channel.v8.SparseArray;
import dev.brood.workers.channel.v8.TypedArray;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a value is for JavaScript, in the words of {@code describe.cjs}. */
final class JsShape {
  private final StringBuilder text = new StringBuilder();
  private final Map<Object, Integer> seen = new IdentityHashMap<>();

  private JsShape() {}

  static String of(@Nullable Object value) {
    JsShape shape = new JsShape();
    shape.add(value);
    return shape.text.toString();
  }

  private void add(@Nullable Object value) {
    switch (value) {
      case null -> text.append("null");
      case JsConstant constant when constant == JsConstant.UNDEFINED -> text.append("undefined");
      case Boolean truth -> text.append(truth);
      case String string -> quoted(string);
      case BigInteger big -> text.append(big).append('n');
      case Double number when number.equals(-0.0) -> text.append("-0");
      case Number number -> text.append(JsNumbers.text(number.doubleValue()));
      default -> {
        Integer before = seen.get(value);
        if (before != null) {
          text.append('^').append(before);
        } else {
          seen.put(value, seen.size());
          object(value);
        }
      }
    }
    text.append(' ');
  }

  private void quoted(String string) {
    text.append('"');
    string.chars().forEach(c -> text.append(c < 127 ? "" + (char) c : "\\u%04x".formatted(c)));
    text.append('"');
  }

  private void object(Object value) {
    switch (value) {
      case JsMap map -> {
        text.append("Map(");
        map.forEach((key, part) -> {
          add(key);
          add(part);
        });
        text.append(')');
      }
      case JsSet set -> {
        text.append("Set(");
        set.forEach(this::add);
        text.append(')');
      }
      case Map<?, ?> map -> {
        text.append("object(");
        properties(new TreeMap<>(), map);
      }
      case List<?> list -> {
        text.append("array").append(list.size()).append('(');
        TreeMap<Long, Object> elements = new TreeMap<>();
        for (int i = 0; i < list.size(); i++) {
          if (list.get(i) != JsConstant.HOLE) {
            elements.put((long) i, list.get(i));
          }
        }
        properties(elements, list instanceof JsArray array ? array.properties() : Map.of());
      }
      case SparseArray array -> {
        text.append("array").append(array.length()).append('(');
        properties(new TreeMap<>(array.elements()), array.properties());
      }
      case Instant instant -> text.append("Date ").append(instant.toEpochMilli());
      case JsConstant _ -> text.append("Date NaN");
      case JsRegExp pattern -> {
        text.append("RegExp ");
        quoted(pattern.source());
        text.append(pattern.flags());
      }
      case JsError error -> error(error);
      case Boxed boxed -> {
        text.append("Boxed ");
        add(boxed.value());
      }
      case ArrayBuffer buffer -> {
        view("ArrayBuffer", ByteBuffer.wrap(buffer.bytes()));
        buffer.maxLength().ifPresent(limit -> text.append(" of ").append(limit));
      }
      default -> view(value);
    }
  }

  /** Indexes first, in order, as every object in JavaScript has its properties. */
  private void properties(TreeMap<Long, Object> indexed, Map<?, ?> map) {
    map.forEach((key, part) -> {
      if (JsNumbers.indexOrText((String) key) instanceof Long index) {
        indexed.put(index, part);
      }
    });
    indexed.forEach((index, part) -> property("" + index, part));
    map.forEach((key, part) -> {
      if (JsNumbers.indexOrText((String) key) instanceof String name) {
        property(name, part);
      }
    });
    text.append(')');
  }

  private void property(String name, @Nullable Object value) {
    quoted(name);
    text.append(':');
    add(value);
  }

  private void error(JsError error) {
    text.append(error.name()).append('(');
    quoted(error.message() == null ? "" : error.message());
    quoted(error.stack() == null ? "undefined" : error.stack());
    if (error.cause() != JsConstant.UNDEFINED) {
      add(error.cause());
    }
    text.append(')');
  }

  private void view(Object value) {
    ByteBuffer bytes = ByteBuffer.allocate(10_000).order(ByteOrder.LITTLE_ENDIAN);
    switch (value) {
      case byte[] array -> view("Buffer", bytes.put(array).flip());
      case short[] array -> {
        for (short element : array) {
          bytes.putShort(element);
        }
        view("Int16Array", bytes.flip());
      }
      case int[] array -> {
        for (int element : array) {
          bytes.putInt(element);
        }
        view("Int32Array", bytes.flip());
      }
      case long[] array -> {
        for (long element : array) {
          bytes.putLong(element);
        }
        view("BigInt64Array", bytes.flip());
      }
      case float[] array -> {
        for (float element : array) {
          bytes.putFloat(element);
        }
        view("Float32Array", bytes.flip());
      }
      case double[] array -> {
        for (double element : array) {
          bytes.putDouble(element);
        }
        view("Float64Array", bytes.flip());
      }
      case TypedArray array -> view(name(array.kind()), bytes.put(array.bytes()).flip());
      default -> throw new AssertionError(value.getClass());
    }
  }

  private void view(String name, ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    text.append(name).append(' ').append(HexFormat.of().formatHex(copy));
  }

  private static String name(TypedArray.Kind kind) {
    return switch (kind) {
      case INT8 -> "Int8Array";
      case UINT8 -> "Uint8Array";
      case UINT8_CLAMPED -> "Uint8ClampedArray";
      case UINT16 -> "Uint16Array";
      case UINT32 -> "Uint32Array";
      case BIG_UINT64 -> "BigUint64Array";
      case DATA_VIEW -> "DataView";
    };
  }
}
