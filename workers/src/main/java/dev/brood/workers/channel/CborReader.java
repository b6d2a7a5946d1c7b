package dev.brood.workers.channel;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one value in CBOR (RFC 8949). For one use. Tags other than those of big integers are read
 * over, whole numbers as keys become text, {@code undefined} becomes null.
 *
 * <p>Not Jackson's parser, which takes time with the square of the tags before a value; see
 * decision 0013.
 */
final class CborReader {
  private static final int UNSIGNED = 0;
  private static final int NEGATIVE = 1;
  private static final int BYTES = 2;
  private static final int TEXT = 3;
  private static final int ARRAY = 4;
  private static final int MAP = 5;
  private static final int TAG = 6;

  /** In place of a length: parts follow, up to a {@link #BREAK}. */
  private static final int OPEN = 31;

  private static final int BREAK = 0xff;
  private static final int TAG_POSITIVE = 2;
  private static final int TAG_NEGATIVE = 3;

  private final BodyInput input;
  private int depth;

  CborReader(byte[] bytes, int offset, int length) {
    this.input = new BodyInput("CBOR", bytes, offset, length);
  }

  /** The whole message. */
  @Nullable Object message() {
    Object value = value();
    if (input.remaining() > 0) {
      throw input.malformed("%,d bytes after the value".formatted(input.remaining()));
    }
    return value;
  }

  private @Nullable Object value() {
    int head = input.rawByte();
    int low = head & 31;
    return switch (head >>> 5) {
      case UNSIGNED -> whole(argument(low), false);
      case NEGATIVE -> whole(argument(low), true);
      case BYTES -> low == OPEN ? openBytes() : input.take(length(low));
      case TEXT -> low == OPEN ? openText() : input.utf8(length(low));
      case ARRAY -> low == OPEN ? openArray() : array(length(low));
      case MAP -> low == OPEN ? openMap() : map(length(low));
      case TAG -> tagged(argument(low));
      default -> simple(low);
    };
  }

  /** The number in a head or behind it; beyond 63 bits it is negative here. */
  private long argument(int low) {
    return switch (low) {
      case 24 -> input.rawByte();
      case 25 -> input.view(Short.BYTES).getShort() & 0xffffL;
      case 26 -> input.view(Integer.BYTES).getInt() & 0xffff_ffffL;
      case 27 -> input.view(Long.BYTES).getLong();
      default -> {
        if (low > 27) {
          throw input.malformed("a head with %d".formatted(low));
        }
        yield low;
      }
    };
  }

  /** How many bytes or elements follow, each of which takes a byte at least. */
  private int length(int low) {
    long length = argument(low);
    if (length < 0) {
      throw input.malformed("a length beyond 63 bits");
    }
    input.require(length);
    return (int) length;
  }

  private static Object whole(long number, boolean negative) {
    if (number < 0) {
      BigInteger big = new BigInteger(Long.toUnsignedString(number));
      return negative ? big.not() : big;
    }
    long value = negative ? ~number : number;
    if (value == (int) value) {
      return (int) value;
    }
    return value;
  }

  private byte[] openBytes() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (input.peekByte() != BREAK) {
      all.writeBytes(input.take(part(BYTES)));
    }
    input.rawByte();
    return all.toByteArray();
  }

  private String openText() {
    StringBuilder all = new StringBuilder();
    while (input.peekByte() != BREAK) {
      all.append(input.utf8(part(TEXT)));
    }
    input.rawByte();
    return all.toString();
  }

  private int part(int kind) {
    int head = input.rawByte();
    if (head >>> 5 != kind || (head & 31) == OPEN) {
      throw input.malformed("a part of another kind");
    }
    return length(head & 31);
  }

  private List<@Nullable Object> array(int length) {
    enter();
    List<@Nullable Object> array = new ArrayList<>(Math.min(length, BodyInput.TRUSTED_ELEMENTS));
    for (int i = 0; i < length; i++) {
      array.add(value());
    }
    depth--;
    return array;
  }

  private List<@Nullable Object> openArray() {
    enter();
    List<@Nullable Object> array = new ArrayList<>();
    while (input.peekByte() != BREAK) {
      array.add(value());
    }
    input.rawByte();
    depth--;
    return array;
  }

  private Map<String, @Nullable Object> map(int length) {
    enter();
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < length; i++) {
      String key = key();
      map.put(key, value());
    }
    depth--;
    return map;
  }

  private Map<String, @Nullable Object> openMap() {
    enter();
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    while (input.peekByte() != BREAK) {
      String key = key();
      map.put(key, value());
    }
    input.rawByte();
    depth--;
    return map;
  }

  private String key() {
    Object key = value();
    if (key instanceof String text) {
      return text;
    }
    if (key instanceof Integer || key instanceof Long || key instanceof BigInteger) {
      return key.toString();
    }
    throw input.malformed("a key that is neither text nor a whole number");
  }

  private @Nullable Object tagged(long tag) {
    enter();
    Object value = value();
    depth--;
    if (value instanceof byte[] magnitude && (tag == TAG_POSITIVE || tag == TAG_NEGATIVE)) {
      BigInteger number = new BigInteger(1, magnitude);
      return tag == TAG_POSITIVE ? number : number.not();
    }
    return value;
  }

  private @Nullable Object simple(int low) {
    return switch (low) {
      case 20 -> false;
      case 21 -> true;
      case 22, 23 -> null;
      case 25 -> (double) Float.float16ToFloat(input.view(Short.BYTES).getShort());
      case 26 -> (double) input.view(Float.BYTES).getFloat();
      case 27 -> input.view(Double.BYTES).getDouble();
      default -> throw input.malformed("no value has the head 0x%02x".formatted(7 << 5 | low));
    };
  }

  private void enter() {
    if (++depth > Codec.DEPTH_LIMIT) {
      throw input.malformed("nested deeper than " + Codec.DEPTH_LIMIT);
    }
  }
}
