package dev.brood.workers.channel;

import java.math.BigInteger;

/** The primitive parts of one message in V8's format. */
final class V8Output {
  private final FrameBuffer out;

  V8Output(FrameBuffer out) {
    this.out = out;
  }

  void int32(int number) {
    out.write(V8Tag.INT32);
    out.varint((number << 1 ^ number >> 31) & 0xffff_ffffL);
  }

  void number(double number) {
    out.write(V8Tag.DOUBLE);
    out.littleDouble(number);
  }

  /** The key of an element. */
  void index(long index) {
    if (index <= Integer.MAX_VALUE) {
      int32((int) index);
    } else {
      number(index);
    }
  }

  void bigInteger(BigInteger number) {
    out.write(V8Tag.BIG_INT);
    bigIntegerBody(number);
  }

  /** Without a tag. */
  void bigIntegerBody(BigInteger number) {
    byte[] magnitude = number.abs().toByteArray();
    int length = (number.abs().bitLength() + Long.SIZE - 1) / Long.SIZE * Long.BYTES;
    byte[] little = new byte[length];
    for (int i = 0; i < Math.min(length, magnitude.length); i++) {
      little[i] = magnitude[magnitude.length - 1 - i];
    }
    out.varint((long) length << 1 | (number.signum() < 0 ? 1 : 0));
    out.write(little);
  }

  /** As V8 does it: one byte a character where that is enough; two begin at an even offset. */
  void string(String text) {
    int before = out.size();
    out.write(V8Tag.LATIN1_STRING);
    out.varint(text.length());
    if (out.latin1(text)) {
      return;
    }
    out.cut(before);
    long length = 2L * text.length();
    int lengthBytes = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(length) + 6) / 7);
    if ((before + 1 + lengthBytes) % 2 != 0) {
      out.write(V8Tag.PADDING);
    }
    out.write(V8Tag.TWO_BYTE_STRING);
    out.varint(length);
    out.littleChars(text);
  }
}
