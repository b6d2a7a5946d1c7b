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
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads one message in V8's format. For one use. */
final class V8Reader {
  /** Stands in the list of objects for one that cannot be referred to yet. */
  private static final Object UNFINISHED = new Object();

  private final V8Input input;

  /** By id: in the order in which they begin. */
  private final List<Object> objects = new ArrayList<>();

  private int depth;

  /** How much room may still be made for array elements because a length says so. */
  private long promised;

  V8Reader(byte[] bytes, int offset, int length) {
    this.input = new V8Input(bytes, offset, length);
    this.promised = length;
  }

  /** The whole message. */
  @Nullable Object message() {
    int first = input.rawByte();
    long version = first == V8Tag.VERSION ? input.varint() : 0;
    if (version < V8Tag.OLDEST_VERSION || version > V8Tag.WRITTEN_VERSION) {
      throw input.malformed("no version from 13 to 15");
    }
    Object value = value();
    if (!input.atEnd()) {
      throw input.malformed("%,d bytes after the value".formatted(input.remaining()));
    }
    return value;
  }

  private @Nullable Object value() {
    int tag = input.tag();
    while (tag == V8Tag.OBJECT_COUNT) {
      input.varint();
      tag = input.tag();
    }
    return switch (tag) {
      case V8Tag.UNDEFINED -> JsConstant.UNDEFINED;
      case V8Tag.NULL -> null;
      case V8Tag.TRUE -> Boolean.TRUE;
      case V8Tag.FALSE -> Boolean.FALSE;
      case V8Tag.INT32 -> input.zigzag();
      case V8Tag.UINT32 -> number(input.varint());
      case V8Tag.DOUBLE -> input.littleDouble();
      case V8Tag.BIG_INT -> input.bigInteger();
      case V8Tag.LATIN1_STRING, V8Tag.TWO_BYTE_STRING, V8Tag.UTF8_STRING -> input.string(tag);
      case V8Tag.REFERENCE -> reference();
      default -> object(tag);
    };
  }

  private static Object number(long value) {
    if (value <= Integer.MAX_VALUE) {
      return (int) value;
    }
    return (double) value;
  }

  private Object reference() {
    long id = input.varint();
    if (id >= objects.size() || objects.get((int) id) == UNFINISHED) {
      throw input.malformed("a reference to object %,d, which is not there".formatted(id));
    }
    return objects.get((int) id);
  }

  private @Nullable Object object(int tag) {
    if (++depth > Codec.DEPTH_LIMIT) {
      throw input.malformed("nested deeper than " + Codec.DEPTH_LIMIT);
    }
    Object result =
        switch (tag) {
          case V8Tag.OBJECT -> plainObject();
          case V8Tag.DENSE_ARRAY -> denseArray(begin(new JsArray()));
          case V8Tag.SPARSE_ARRAY -> sparseArray();
          case V8Tag.MAP -> map(begin(new JsMap()));
          case V8Tag.SET -> set(begin(new JsSet()));
          case V8Tag.DATE -> begin(date());
          case V8Tag.ARRAY_BUFFER -> begin(ArrayBuffer.of(input.take(input.length())));
          case V8Tag.RESIZABLE_ARRAY_BUFFER -> begin(resizable());
          case V8Tag.HOST_OBJECT -> hostObject();
          case V8Tag.REG_EXP -> begin(regExp());
          case V8Tag.ERROR -> error();
          case V8Tag.BOXED_TRUE -> begin(new Boxed(true));
          case V8Tag.BOXED_FALSE -> begin(new Boxed(false));
          case V8Tag.BOXED_NUMBER -> begin(new Boxed(input.littleDouble()));
          case V8Tag.BOXED_BIG_INT -> begin(new Boxed(input.bigInteger()));
          case V8Tag.BOXED_STRING -> begin(new Boxed(input.string()));
          default -> throw input.malformed("unknown tag 0x%02x".formatted(tag));
        };
    depth--;
    return result;
  }

  /** Gives {@code object} the next id. */
  private <T> T begin(T object) {
    objects.add(object);
    return object;
  }

  private Map<String, @Nullable Object> plainObject() {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    begin(object);
    long pairs = 0;
    while (input.peekTag() != V8Tag.OBJECT_END) {
      String key = String.valueOf(key());
      object.put(key, value());
      pairs++;
    }
    end(pairs);
    return object;
  }

  private JsArray denseArray(JsArray array) {
    int length = input.length(); // each element takes a byte at least
    array.ensureCapacity(Math.min(length, BodyInput.TRUSTED_ELEMENTS));
    for (int i = 0; i < length; i++) {
      if (input.peekTag() == V8Tag.HOLE) {
        input.tag();
        array.add(JsConstant.HOLE);
      } else {
        array.add(value());
      }
    }
    long pairs = 0;
    while (input.peekTag() != V8Tag.DENSE_ARRAY_END) {
      Object key = key();
      Object value = value();
      if (key instanceof Long index && index < length) {
        array.set(index.intValue(), value);
      } else {
        array.properties().put(String.valueOf(key), value);
      }
      pairs++;
    }
    end(pairs);
    requireSame(length, input.varint());
    return array;
  }

  /**
   * An array that was written by index. Node writes any array like that which it does not know to
   * be without holes, one that it has received and sends back above all. So it becomes a list,
   * unless its length is out of proportion to the message.
   */
  private Object sparseArray() {
    long length = input.varint();
    if (length > promised) {
      return sparseArray(begin(new SparseArray(length)));
    }
    promised -= length;
    JsArray array = begin(new JsArray());
    for (long i = 0; i < length; i++) {
      array.add(JsConstant.HOLE);
    }
    elements(length, (index, value) -> array.set(index.intValue(), value), array::properties);
    return array;
  }

  private SparseArray sparseArray(SparseArray array) {
    elements(array.length(), array.elements()::put, array::properties);
    return array;
  }

  private void elements(
      long length,
      BiConsumer<Long, @Nullable Object> element,
      Supplier<Map<String, @Nullable Object>> properties) {
    long pairs = 0;
    while (input.peekTag() != V8Tag.SPARSE_ARRAY_END) {
      Object key = key();
      Object value = value();
      if (key instanceof Long index && index < length) {
        element.accept(index, value);
      } else {
        properties.get().put(String.valueOf(key), value);
      }
      pairs++;
    }
    end(pairs);
    requireSame(length, input.varint());
  }

  private JsMap map(JsMap map) {
    long parts = 0;
    while (input.peekTag() != V8Tag.MAP_END) {
      Object key = value();
      map.put(key, value());
      parts += 2;
    }
    end(parts);
    return map;
  }

  private JsSet set(JsSet set) {
    long parts = 0;
    while (input.peekTag() != V8Tag.SET_END) {
      set.add(value());
      parts++;
    }
    end(parts);
    return set;
  }

  /** The tag that has been seen, and the count of what came before it. */
  private void end(long parts) {
    input.tag();
    requireSame(parts, input.varint());
  }

  private void requireSame(long counted, long told) {
    if (counted != told) {
      throw input.malformed("%,d where %,d were counted".formatted(told, counted));
    }
  }

  /** A Long that is an index of an array, or a String. */
  private Object key() {
    int tag = input.tag();
    if (V8Input.isString(tag)) {
      return JsNumbers.indexOrText(input.string(tag));
    }
    return switch (tag) {
      case V8Tag.INT32 -> JsNumbers.indexOrText(input.zigzag());
      case V8Tag.UINT32 -> JsNumbers.indexOrText(input.varint());
      case V8Tag.DOUBLE -> JsNumbers.indexOrText(input.littleDouble());
      default -> throw input.malformed("a key with tag 0x%02x".formatted(tag));
    };
  }

  private Object date() {
    double millis = input.littleDouble();
    return Math.abs(millis) <= JsNumbers.DATE_LIMIT_MILLIS
        ? Instant.ofEpochMilli((long) millis)
        : JsConstant.INVALID_DATE;
  }

  private ArrayBuffer resizable() {
    long length = input.varint();
    long maxLength = input.varint();
    if (length > maxLength || length > input.remaining()) {
      throw input.malformed("a buffer of %,d bytes, at most %,d".formatted(length, maxLength));
    }
    return ArrayBuffer.resizable(input.take((int) length), maxLength);
  }

  private JsRegExp regExp() {
    String source = input.string();
    String flags = JsNumbers.flags(input.varint());
    if (flags == null) {
      throw input.malformed("unknown flags of a regular expression");
    }
    return new JsRegExp(source, flags);
  }

  private @Nullable Object hostObject() {
    int id = objects.size();
    begin(UNFINISHED);
    long kind = input.varint();
    if (kind == V8Tag.HOST_VIEW) {
      Object view = V8Views.read(input);
      objects.set(id, view);
      return view;
    }
    if (kind != V8Tag.HOST_PROPERTIES) {
      throw input.malformed("a native object of unknown kind %,d".formatted(kind));
    }
    Object properties = value();
    if (properties != null) {
      objects.set(id, properties);
    }
    return properties;
  }

  /** The cause may lead back to the error itself, so from there on the kind is settled. */
  private JsError error() {
    int id = objects.size();
    begin(UNFINISHED);
    JsError.Kind kind = JsError.Kind.ERROR;
    String message = null;
    String stack = null;
    while (true) {
      int tag = input.tag();
      switch (tag) {
        case V8Tag.ERROR_MESSAGE -> message = input.string();
        case V8Tag.ERROR_STACK -> stack = input.string();
        case V8Tag.ERROR_CAUSE, V8Tag.ERROR_END -> {
          JsError error = new JsError(kind);
          error.setMessage(message);
          error.setStack(stack);
          objects.set(id, error);
          if (tag == V8Tag.ERROR_CAUSE) {
            error.setCause(value());
            afterCause(error);
          }
          return error;
        }
        default -> kind = errorKind(tag);
      }
    }
  }

  private void afterCause(JsError error) {
    while (true) {
      int tag = input.tag();
      switch (tag) {
        case V8Tag.ERROR_MESSAGE -> error.setMessage(input.string());
        case V8Tag.ERROR_STACK -> error.setStack(input.string());
        case V8Tag.ERROR_END -> {
          return;
        }
        default -> throw input.malformed("part 0x%02x of an error after its cause".formatted(tag));
      }
    }
  }

  private JsError.Kind errorKind(int tag) {
    return switch (tag) {
      case 'E' -> JsError.Kind.EVAL;
      case 'R' -> JsError.Kind.RANGE;
      case 'F' -> JsError.Kind.REFERENCE;
      case 'S' -> JsError.Kind.SYNTAX;
      case 'T' -> JsError.Kind.TYPE;
      case 'U' -> JsError.Kind.URI;
      default -> throw input.malformed("unknown part 0x%02x of an error".formatted(tag));
    };
  }
}
