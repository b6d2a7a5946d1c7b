package dev.brood.workers.channel;

import dev.brood.workers.channel.v8.TypedArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Buffers and typed arrays, as Node puts them into V8's format: kind, length and bytes. */
final class V8Views {
  private V8Views() {}

  /** A view whose tags have been read. */
  static Object read(V8Input input) {
    long kind = input.varint();
    int length = input.length();
    if (length % elementBytes(input, kind) != 0) {
      throw input.malformed("a typed array with a part of an element");
    }
    return switch ((int) kind) {
      case V8Tag.VIEW_BUFFER -> input.take(length);
      case V8Tag.VIEW_INT16 -> {
        short[] values = new short[length / Short.BYTES];
        input.littleView(length).asShortBuffer().get(values);
        yield values;
      }
      case V8Tag.VIEW_INT32 -> {
        int[] values = new int[length / Integer.BYTES];
        input.littleView(length).asIntBuffer().get(values);
        yield values;
      }
      case V8Tag.VIEW_BIG_INT64 -> {
        long[] values = new long[length / Long.BYTES];
        input.littleView(length).asLongBuffer().get(values);
        yield values;
      }
      case V8Tag.VIEW_FLOAT32 -> {
        float[] values = new float[length / Float.BYTES];
        input.littleView(length).asFloatBuffer().get(values);
        yield values;
      }
      case V8Tag.VIEW_FLOAT64 -> {
        double[] values = new double[length / Double.BYTES];
        input.littleView(length).asDoubleBuffer().get(values);
        yield values;
      }
      default -> new TypedArray(otherKind(input, kind), input.take(length));
    };
  }

  private static int elementBytes(V8Input input, long kind) {
    if (kind > V8Tag.VIEW_BIG_UINT64) {
      throw input.malformed("a typed array of unknown kind %,d".formatted(kind));
    }
    return switch ((int) kind) {
      case V8Tag.VIEW_BUFFER -> 1;
      case V8Tag.VIEW_INT16 -> Short.BYTES;
      case V8Tag.VIEW_INT32, V8Tag.VIEW_FLOAT32 -> Integer.BYTES;
      case V8Tag.VIEW_FLOAT64, V8Tag.VIEW_BIG_INT64 -> Long.BYTES;
      default -> otherKind(input, kind).elementBytes();
    };
  }

  private static TypedArray.Kind otherKind(V8Input input, long kind) {
    return switch ((int) kind) {
      case V8Tag.VIEW_INT8 -> TypedArray.Kind.INT8;
      case V8Tag.VIEW_UINT8 -> TypedArray.Kind.UINT8;
      case V8Tag.VIEW_UINT8_CLAMPED -> TypedArray.Kind.UINT8_CLAMPED;
      case V8Tag.VIEW_UINT16 -> TypedArray.Kind.UINT16;
      case V8Tag.VIEW_UINT32 -> TypedArray.Kind.UINT32;
      case V8Tag.VIEW_DATA -> TypedArray.Kind.DATA_VIEW;
      case V8Tag.VIEW_BIG_UINT64 -> TypedArray.Kind.BIG_UINT64;
      default -> throw input.malformed("a typed array of unknown kind %,d".formatted(kind));
    };
  }

  /** Writes a view, tags included, if {@code value} is one. */
  static boolean write(Object value, FrameBuffer buffer) {
    switch (value) {
      case byte[] bytes -> write(V8Tag.VIEW_BUFFER, bytes, buffer);
      case short[] values -> {
        ByteBuffer bytes = room((long) values.length * Short.BYTES);
        bytes.asShortBuffer().put(values);
        write(V8Tag.VIEW_INT16, bytes.array(), buffer);
      }
      case int[] values -> {
        ByteBuffer bytes = room((long) values.length * Integer.BYTES);
        bytes.asIntBuffer().put(values);
        write(V8Tag.VIEW_INT32, bytes.array(), buffer);
      }
      case long[] values -> {
        ByteBuffer bytes = room((long) values.length * Long.BYTES);
        bytes.asLongBuffer().put(values);
        write(V8Tag.VIEW_BIG_INT64, bytes.array(), buffer);
      }
      case float[] values -> {
        ByteBuffer bytes = room((long) values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        write(V8Tag.VIEW_FLOAT32, bytes.array(), buffer);
      }
      case double[] values -> {
        ByteBuffer bytes = room((long) values.length * Double.BYTES);
        bytes.asDoubleBuffer().put(values);
        write(V8Tag.VIEW_FLOAT64, bytes.array(), buffer);
      }
      case TypedArray array -> write(number(array.kind()), array.bytes(), buffer);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static int number(TypedArray.Kind kind) {
    return switch (kind) {
      case INT8 -> V8Tag.VIEW_INT8;
      case UINT8 -> V8Tag.VIEW_UINT8;
      case UINT8_CLAMPED -> V8Tag.VIEW_UINT8_CLAMPED;
      case UINT16 -> V8Tag.VIEW_UINT16;
      case UINT32 -> V8Tag.VIEW_UINT32;
      case BIG_UINT64 -> V8Tag.VIEW_BIG_UINT64;
      case DATA_VIEW -> V8Tag.VIEW_DATA;
    };
  }

  private static ByteBuffer room(long length) {
    if (length > FrameBuffer.LIMIT) {
      throw new EncodingException("the message is longer than 2 GiB");
    }
    return ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void write(int kind, byte[] bytes, FrameBuffer buffer) {
    buffer.write(V8Tag.HOST_OBJECT);
    buffer.varint(V8Tag.HOST_VIEW);
    buffer.varint(kind);
    buffer.varint(bytes.length);
    buffer.write(bytes);
  }

  /** Whether {@link #write} would write it. */
  static boolean isView(@Nullable Object value) {
    return switch (value) {
      case null -> false;
      case TypedArray _ -> true;
      default ->
          value.getClass().isArray()
              && value.getClass().componentType().isPrimitive()
              && !(value instanceof char[] || value instanceof boolean[]);
    };
  }
}
