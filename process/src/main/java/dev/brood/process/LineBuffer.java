package dev.brood.process;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that have arrived, cut into lines at {@code \n} and {@code \r\n}.
 *
 * <p>The cut is made on bytes, so a character that is split between two reads is whole again before
 * it is decoded. That needs a charset in which the byte 10 is a line end and nothing else.
 */
final class LineBuffer {
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int FIRST_BYTES = 8 * 1024;
  private static final int LARGE_BYTES = 64 * 1024;

  private final Charset charset;
  private final int limit;
  private byte[] bytes = new byte[0];
  private int from;
  private int to;
  private int searched;
  private boolean partial;

  /**
   * @param limit the longest line in bytes; a longer one comes in pieces
   */
  LineBuffer(Charset charset, int limit) {
    String name = charset.name();
    if (name.startsWith("UTF-16") || name.startsWith("UTF-32") || name.startsWith("x-UTF-")) {
      throw new IllegalArgumentException(
          "lines cannot be cut in " + name + "; read the bytes and decode them as a whole");
    }
    this.charset = charset;
    this.limit = limit;
  }

  /** The array to read more bytes into, at {@link #writeOffset}; has room for at least one. */
  byte[] writable() {
    if (from == to) {
      from = 0;
      to = 0;
      searched = 0;
    }
    if (to == bytes.length) {
      if (from > 0) {
        System.arraycopy(bytes, from, bytes, 0, to - from);
        to -= from;
        searched -= from;
        from = 0;
      } else {
        // No more than this is needed: what is longer than a line may be is handed out in pieces.
        int wanted = Math.min(bytes.length * 2, limit + LARGE_BYTES);
        bytes = Arrays.copyOf(bytes, Math.max(FIRST_BYTES, wanted));
      }
    }
    return bytes;
  }

  int writeOffset() {
    return to;
  }

  /** Notes that {@code count} bytes were read into {@link #writable}. */
  void written(int count) {
    boolean full = to + count == bytes.length;
    to += count;
    if (full && from == 0 && bytes.length < LARGE_BYTES) {
      bytes = Arrays.copyOf(bytes, bytes.length * 2); // a busy stream: fewer, larger reads
    }
  }

  /** The next whole line, or a piece of a too long one; null if there is none yet. */
  @Nullable String next() {
    byte[] data = bytes;
    int end = Math.min(to, from + limit + 2); // a line of the limit with \r\n is a whole one
    int i = indexOfLineEnd(data, searched, end);
    if (i < end) {
      int last = i > from && data[i - 1] == '\r' ? i - 1 : i;
      if (last - from > limit) {
        return piece();
      }
      String line = new String(data, from, last - from, charset);
      from = i + 1;
      searched = from;
      partial = false;
      return line;
    }
    searched = end;
    int length = to - from;
    boolean mayEndHere = length == limit + 1 && data[to - 1] == '\r';
    return length > limit && !mayEndHere ? piece() : null;
  }

  /** What is left at end of file: a last line without a line end; null if nothing is. */
  @Nullable String last() {
    if (from == to) {
      return null;
    }
    String line = new String(bytes, from, to - from, charset);
    from = to;
    searched = to;
    partial = false;
    return line;
  }

  /** Whether the line that {@link #next} returned last was only a piece of one. */
  boolean partial() {
    return partial;
  }

  /** Moves bytes that were not cut into lines yet to somebody who wants bytes. */
  int take(byte[] target, int offset, int length) {
    int count = Math.min(length, to - from);
    System.arraycopy(bytes, from, target, offset, count);
    from += count;
    searched = Math.max(searched, from);
    return count;
  }

  boolean isEmpty() {
    return from == to;
  }

  /**
   * Where the next {@code \n} is, or {@code end}. Looks at eight bytes at a time: a byte of a word
   * is zero where taking one from it borrows from its top bit, and that was not set before.
   */
  private static int indexOfLineEnd(byte[] data, int start, int end) {
    final long ones = 0x0101010101010101L;
    final long tops = 0x8080808080808080L;
    final long lineEnds = ones * '\n';
    int i = start;
    for (; i + Long.BYTES <= end; i += Long.BYTES) {
      long word = (long) WORDS.get(data, i) ^ lineEnds;
      long found = (word - ones) & ~word & tops;
      if (found != 0) {
        return i + (Long.numberOfTrailingZeros(found) >>> 3);
      }
    }
    while (i < end && data[i] != '\n') {
      i++;
    }
    return i;
  }

  /** Cuts at the limit, beyond which there is a byte, but not within a UTF-8 character. */
  private String piece() {
    int cut = from + limit;
    for (int i = 0; i < 3 && cut > from + 1 && (bytes[cut] & 0xC0) == 0x80; i++) {
      cut--;
    }
    String piece = new String(bytes, from, cut - from, charset);
    from = cut;
    searched = cut;
    partial = true;
    return piece;
  }
}
