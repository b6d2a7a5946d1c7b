package dev.brood.workers.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The primitive parts of one message in V8's format. Every length is checked before it counts. */
final class V8Input {
  private static final VarHandle LITTLE_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private final int start;
  private final int end;
  private int position;

  V8Input(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.start = offset;
    this.position = offset;
    this.end = offset + length;
  }

  MalformedMessageException malformed(String what) {
    return new MalformedMessageException(
        "not a value of V8: %s, at byte %,d of %,d".formatted(what, position - start, end - start));
  }

  int remaining() {
    return end - position;
  }

  int rawByte() {
    require(1);
    return bytes[position++] & 0xff;
  }

  /** The next byte that is not padding. */
  int tag() {
    int tag = rawByte();
    while (tag == V8Tag.PADDING) {
      tag = rawByte();
    }
    return tag;
  }

  /** What {@link #tag} will return. */
  int peekTag() {
    int tag = tag();
    position--;
    return tag;
  }

  /** Whether nothing but padding follows. */
  boolean atEnd() {
    while (position < end && bytes[position] == V8Tag.PADDING) {
      position++;
    }
    return position == end;
  }

  /** An unsigned number below 2^32. */
  long varint() {
    long result = 0;
    for (int shift = 0; ; shift += 7) {
      int next = rawByte();
      result |= (long) (next & 0x7f) << shift;
      if ((next & 0x80) == 0) {
        break;
      }
      if (shift == 28) {
        throw malformed("a number of more than five bytes");
      }
    }
    if (result > 0xffff_ffffL) {
      throw malformed("a number beyond 32 bits");
    }
    return result;
  }

  /** A length of what must be there. */
  int length() {
    long length = varint();
    require(length);
    return (int) length;
  }

  int zigzag() {
    int folded = (int) varint();
    return folded >>> 1 ^ -(folded & 1);
  }

  double littleDouble() {
    require(Double.BYTES);
    double value = Double.longBitsToDouble((long) LITTLE_LONG.get(bytes, position));
    position += Double.BYTES;
    return value;
  }

  BigInteger bigInteger() {
    long field = varint();
    long length = field >>> 1;
    require(length);
    byte[] magnitude = take((int) length);
    for (int i = 0, j = magnitude.length - 1; i < j; i++, j--) {
      byte swapped = magnitude[i];
      magnitude[i] = magnitude[j];
      magnitude[j] = swapped;
    }
    BigInteger value = new BigInteger(1, magnitude);
    return (field & 1) == 0 ? value : value.negate();
  }

  /** A copy of the next bytes. */
  byte[] take(int length) {
    require(length);
    position += length;
    return Arrays.copyOfRange(bytes, position - length, position);
  }

  /** The next bytes as a view, to be read at once. */
  ByteBuffer view(int length) {
    require(length);
    position += length;
    return ByteBuffer.wrap(bytes, position - length, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  boolean isString(int tag) {
    return tag == V8Tag.LATIN1_STRING || tag == V8Tag.TWO_BYTE_STRING || tag == V8Tag.UTF8_STRING;
  }

  /** A string whose tag is still to be read. */
  String string() {
    int tag = tag();
    if (!isString(tag)) {
      throw malformed("tag 0x%02x where a string was expected".formatted(tag));
    }
    return string(tag);
  }

  /** A string whose tag has been read. */
  String string(int tag) {
    int length = length();
    position += length;
    int first = position - length;
    if (tag == V8Tag.LATIN1_STRING) {
      return new String(bytes, first, length, StandardCharsets.ISO_8859_1);
    }
    if (tag == V8Tag.UTF8_STRING) {
      return new String(bytes, first, length, StandardCharsets.UTF_8);
    }
    if (length % 2 != 0) {
      throw malformed("a string of two-byte characters with an odd length");
    }
    // Not by a charset: those replace lone surrogates.
    char[] characters = new char[length / 2];
    ByteBuffer.wrap(bytes, first, length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asCharBuffer()
        .get(characters);
    return new String(characters);
  }

  private void require(long length) {
    if (length > end - position) {
      throw malformed("%,d bytes are missing".formatted(length - (end - position)));
    }
  }
}
