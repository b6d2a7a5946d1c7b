package dev.brood.workers.channel;

import dev.brood.testkit.Gen;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes values that a codec carries unchanged, a bounded number of parts each. */
final class RandomValues {
  private static final String ALPHABET = "ab01\"\\\n\r\0\u001f\u007f\u0085éÿĀ漢\u2028\ufeff😀";

  private final Gen gen;
  private final Codec codec;

  /** How many more parts there may be. */
  private int left;

  /** What has been made and may occur again; filled for {@link Codec#ADVANCED} only. */
  private final List<Object> made = new ArrayList<>();

  private boolean plainCauses;
  private boolean plainNames;

  private RandomValues(Gen gen, Codec codec, int parts) {
    this.gen = gen;
    this.codec = codec;
    this.left = parts;
  }

  /**
   * As Node can read it: in 20 the cause of an error does not lead back to it, and from 24 on it
   * takes names of JSON for others where some have a backslash.
   */
  static @Nullable Object forNode(Gen gen, Codec codec) {
    RandomValues values = new RandomValues(gen, codec, gen.between(1, 60));
    values.plainCauses = true;
    values.plainNames = codec == Codec.JSON;
    return values.value(0);
  }

  static @Nullable Object value(Gen gen, Codec codec) {
    return new RandomValues(gen, codec, gen.between(1, 60)).value(0);
  }

  private @Nullable Object value(int depth) {
    left--;
    if (left <= 0 || depth > 30 || gen.below(3) == 0) {
      return primitive();
    }
    if (codec != Codec.ADVANCED) {
      return gen.flip() ? list(depth) : map(depth);
    }
    if (!made.isEmpty() && gen.below(6) == 0) {
      return gen.oneOf(made);
    }
    return switch (gen.below(8)) {
      case 0, 1 -> list(depth);
      case 2, 3 -> map(depth);
      case 4 -> jsMap(depth);
      case 5 -> jsSet(depth);
      case 6 -> gen.flip() ? sparse(depth) : error(depth);
      default -> keep(leaf());
    };
  }

  private <T> T keep(T value) {
    made.add(value);
    return value;
  }

  private @Nullable Object primitive() {
    return switch (gen.below(codec == Codec.ADVANCED ? 9 : codec == Codec.BINARY ? 8 : 7)) {
      case 0 -> null;
      case 1 -> gen.flip();
      case 2 -> gen.flip() ? gen.between(-70, 70) : integer();
      case 3 -> fraction();
      case 4, 5 -> text();
      case 6 -> codec == Codec.ADVANCED ? big() : gen.flip() ? beyondInt() : beyondLong();
      case 7 -> codec == Codec.ADVANCED ? JsConstant.UNDEFINED : gen.bytes(40);
      default -> gen.oneOf(-0.0, Double.NaN, 4294967296.0, Double.NEGATIVE_INFINITY);
    };
  }

  private int integer() {
    return gen.below(1 << 16) << 16 | gen.below(1 << 16);
  }

  private double fraction() {
    double value = Double.longBitsToDouble((long) integer() << 32 | integer() & 0xffff_ffffL);
    return Double.isFinite(value) && value != Math.rint(value) ? value : 0.5;
  }

  private long beyondInt() {
    long value = (long) integer() << 32 | integer() & 0xffff_ffffL;
    return value == (int) value ? Long.MIN_VALUE : value;
  }

  private BigInteger big() {
    return new BigInteger(gen.oneOf(-1, 1), gen.bytes(30));
  }

  private BigInteger beyondLong() {
    BigInteger value = BigInteger.ONE.shiftLeft(64).add(new BigInteger(1, gen.bytes(20)));
    return gen.flip() ? value : value.negate();
  }

  private String text() {
    String text = gen.text(ALPHABET, gen.oneOf(3, 40));
    return codec != Codec.BINARY && gen.below(10) == 0 ? text + "\ud800" + text : text;
  }

  private List<@Nullable Object> list(int depth) {
    JsArray list = keep(new JsArray());
    for (int i = gen.below(6); i > 0; i--) {
      list.add(value(depth + 1));
    }
    return list;
  }

  private Map<String, @Nullable Object> map(int depth) {
    Map<String, @Nullable Object> map = keep(new LinkedHashMap<>());
    for (int i = gen.below(5); i > 0; i--) {
      String name = plainNames ? text().replace("\\", "") : text();
      map.put("k" + name, value(depth + 1));
    }
    return map;
  }

  private JsMap jsMap(int depth) {
    JsMap map = keep(new JsMap());
    for (int i = gen.below(4); i > 0; i--) {
      map.put(value(depth + 1), value(depth + 1));
    }
    return map;
  }

  private JsSet jsSet(int depth) {
    JsSet set = keep(new JsSet());
    for (int i = gen.below(4); i > 0; i--) {
      set.add(value(depth + 1));
    }
    return set;
  }

  private SparseArray sparse(int depth) {
    SparseArray array = keep(new SparseArray(gen.oneOf(5L, 70_000L, SparseArray.LENGTH_LIMIT)));
    for (int i = gen.below(4); i > 0; i--) {
      array.elements().put((long) gen.below(5), value(depth + 1));
    }
    return array;
  }

  private JsError error(int depth) {
    JsError error = keep(new JsError(gen.oneOf(JsError.Kind.values()), text()));
    error.setStack(text());
    if (gen.flip()) {
      error.setCause(plainCauses ? primitive() : value(depth + 1));
    }
    return error;
  }

  private Object leaf() {
    return switch (gen.below(12)) {
      case 0 ->
          Instant.ofEpochMilli(gen.oneOf(0L, -1L, 1_234_567_890_123L, 8_640_000_000_000_000L));
      case 1 -> gen.bytes(40);
      case 2 -> new JsRegExp(gen.oneOf("(?:)", "a+", "漢", "\\/"), gen.oneOf("", "g", "dgimsuy"));
      case 3 -> new Boxed(gen.oneOf(true, false, 1.5, BigInteger.TEN, "é", ""));
      case 4 -> ArrayBuffer.of(gen.bytes(9));
      case 5 -> ArrayBuffer.resizable(gen.bytes(9), 16);
      case 6 -> new int[] {integer(), integer()};
      case 7 -> new short[] {(short) integer()};
      case 8 -> new long[] {integer(), Long.MIN_VALUE};
      case 9 -> new float[] {0.5f, Float.POSITIVE_INFINITY};
      case 10 -> new double[] {fraction()};
      default -> {
        TypedArray.Kind kind = gen.oneOf(TypedArray.Kind.values());
        yield new TypedArray(kind, ByteBuffer.allocate(kind.elementBytes() * gen.below(3)).array());
      }
    };
  }
}
