package dev.brood.workers.channel;

import java.util.Arrays;

/** The start of a message whose end has not come yet. For the one thread that decodes. */
final class Unfinished {
  /** As much memory stays for the next one. */
  static final int KEPT_BYTES = 64 * 1024;

  private static final byte[] NOTHING = {};

  private byte[] bytes = NOTHING;
  private int size;

  int size() {
    return size;
  }

  /** How much memory is taken. */
  int capacity() {
    return bytes.length;
  }

  /**
   * Appends what came. Memory is taken as it is needed, whatever length was announced.
   *
   * @param least so much is taken at once
   * @param most it never becomes longer than that
   */
  void append(byte[] source, int offset, int count, int least, int most) {
    if (count > bytes.length - size) {
      long wanted = Math.max((long) size + count, Math.max(least, bytes.length * 2L));
      bytes = Arrays.copyOf(bytes, (int) Math.min(Math.max(most, bytes.length), wanted));
    }
    System.arraycopy(source, offset, bytes, size, count);
    size += count;
  }

  /** Ends it: what there was, in an array that is longer and the reader's until the next append. */
  byte[] take() {
    byte[] whole = bytes;
    drop();
    return whole;
  }

  /** Forgets it. */
  void drop() {
    size = 0;
    if (bytes.length > KEPT_BYTES) {
      bytes = NOTHING;
    }
  }
}
