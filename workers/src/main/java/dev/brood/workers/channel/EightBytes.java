package dev.brood.workers.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks at bytes of text, eight at a time. */
final class EightBytes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long LOW_BITS = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final byte SPACE = ' ';

  private EightBytes() {}

  /** Where the next such byte is, or -1. */
  static int indexOf(byte wanted, byte[] bytes, int start, int end) {
    int position = start;
    for (; position <= end - Long.BYTES; position += Long.BYTES) {
      long found = equal((long) LONG.get(bytes, position), wanted);
      if (found != 0) { // the lowest one is exact
        return position + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
    }
    for (; position < end; position++) {
      if (bytes[position] == wanted) {
        return position;
      }
    }
    return -1;
  }

  /** Whether all bytes are below 128. */
  static boolean areAscii(byte[] bytes, int offset, int length) {
    int end = offset + length;
    int position = offset;
    for (; position <= end - Long.BYTES; position += Long.BYTES) {
      if (((long) LONG.get(bytes, position) & HIGH_BITS) != 0) {
        return false;
      }
    }
    for (; position < end; position++) {
      if (bytes[position] < 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether all bytes are ASCII that stands in a JSON string as it is: RFC 8259, section 7. */
  static boolean areUnescaped(byte[] bytes) {
    int position = 0;
    for (; position <= bytes.length - Long.BYTES; position += Long.BYTES) {
      long eight = (long) LONG.get(bytes, position);
      long low = (eight - SPACE * LOW_BITS) & ~eight & HIGH_BITS;
      if ((eight & HIGH_BITS | low | equal(eight, (byte) '"') | equal(eight, (byte) '\\')) != 0) {
        return false;
      }
    }
    for (; position < bytes.length; position++) {
      byte each = bytes[position];
      if (each < SPACE || each == '"' || each == '\\') {
        return false;
      }
    }
    return true;
  }

  /** Not zero if one of the eight is that; the highest bit of the lowest such byte is set. */
  private static long equal(long eight, byte wanted) {
    long difference = eight ^ wanted * LOW_BITS;
    return (difference - LOW_BITS) & ~difference & HIGH_BITS;
  }
}
