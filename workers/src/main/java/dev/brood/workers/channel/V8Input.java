package dev.brood.workers.channel;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The primitive parts of one message in V8's format. */
final class V8Input extends BodyInput {
  V8Input(byte[] bytes, int offset, int length) {
    super("V8", bytes, offset, length);
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
    while (peekByte() == V8Tag.PADDING) {
      rawByte();
    }
    return peekByte();
  }

  /** Whether nothing but padding follows. */
  boolean atEnd() {
    while (remaining() > 0 && peekByte() == V8Tag.PADDING) {
      rawByte();
    }
    return remaining() == 0;
  }

  /** An unsigned number below 2^32. */
  long varint() {
    long result = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += 7) {
      int next = rawByte();
      result |= (long) (next & 0x7f) << shift;
      if ((next & 0x80) == 0) {
        if (result > 0xffff_ffffL) {
          throw malformed("a number beyond 32 bits");
        }
        return result;
      }
    }
    throw malformed("a number of more than five bytes");
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
    return littleView(Double.BYTES).getDouble();
  }

  /** The next bytes as a little-endian view, to be read at once. */
  ByteBuffer littleView(int length) {
    return view(length).order(ByteOrder.LITTLE_ENDIAN);
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

  static boolean isString(int tag) {
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
    if (tag == V8Tag.LATIN1_STRING) {
      return latin1(length);
    }
    if (tag == V8Tag.UTF8_STRING) {
      return utf8(length);
    }
    if (length % 2 != 0) {
      throw malformed("a string of two-byte characters with an odd length");
    }
    // Not by a charset: those replace lone surrogates.
    char[] characters = new char[length / 2];
    littleView(length).asCharBuffer().get(characters);
    return new String(characters);
  }
}
