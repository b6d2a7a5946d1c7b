package dev.brood.bench.channel;

import java.nio.ByteBuffer;

/** A number as a record of a ring. */
final class Numbers {
  private Numbers() {}

  static byte[] record(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  static int of(byte[] record) {
    return ByteBuffer.wrap(record).getInt();
  }
}
