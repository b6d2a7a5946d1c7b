package dev.brood.workers.channel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Bytes of one frame in the making. Grows up to what one Java array can hold. */
final class FrameBuffer extends OutputStream {
  static final int LIMIT = Integer.MAX_VALUE - 16;

  /** Up to here it grows in large steps: most of what grows at all grows further. */
  private static final int QUICKLY_BYTES = 64 * 1024;

  private static final VarHandle BIG_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LITTLE_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LITTLE_CHAR =
      MethodHandles.byteArrayViewVarHandle(char[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes = new byte[512];
  private int size;

  /**
   * Makes room for {@code more} bytes.
   *
   * @throws EncodingException if that is more than an array holds
   */
  void reserve(long more) {
    long needed = size + more;
    if (needed > bytes.length) {
      if (needed > LIMIT) {
        throw new EncodingException("the message is longer than 2 GiB");
      }
      long factor = bytes.length < QUICKLY_BYTES ? 4 : 2;
      bytes = Arrays.copyOf(bytes, (int) Math.min(LIMIT, Math.max(needed, bytes.length * factor)));
    }
  }

  int size() {
    return size;
  }

  @Override
  public void write(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    reserve(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  @Override
  public void write(byte[] source) {
    write(source, 0, source.length);
  }

  /** Seven bits a byte, the lowest first; the highest bit says that more follow. */
  void varint(long value) {
    reserve(10);
    long left = value;
    while (left > 0x7f) {
      bytes[size++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    bytes[size++] = (byte) left;
  }

  void littleDouble(double value) {
    reserve(8);
    LITTLE_LONG.set(bytes, size, Double.doubleToLongBits(value));
    size += 8;
  }

  /**
   * Writes each character as one byte, if all are below 256.
   *
   * @return false if one is not; then nothing has been written
   */
  boolean latin1(String text) {
    byte[] characters = text.getBytes(ISO_8859_1);
    if (!new String(characters, ISO_8859_1).equals(text)) {
      return false; // something was replaced
    }
    write(characters);
    return true;
  }

  /** Writes each character as two bytes, the lower one first. */
  void littleChars(String text) {
    int length = text.length();
    reserve(2L * length);
    for (int i = 0; i < length; i++) {
      LITTLE_CHAR.set(bytes, size, text.charAt(i));
      size += 2;
    }
  }

  /** Forgets everything after the first {@code length} bytes. */
  void cut(int length) {
    size = length;
  }

  void bigInt(int value) {
    reserve(Integer.BYTES);
    BIG_INT.set(bytes, size, value);
    size += Integer.BYTES;
  }

  /** Keeps the first four bytes free for {@link #writeLength}. */
  void leaveRoomForLength() {
    size = Integer.BYTES;
  }

  /** Writes how long the rest is. */
  void writeLength() {
    BIG_INT.set(bytes, 0, size - Integer.BYTES);
  }

  /** What it is written in: valid up to its {@link #size}, until it is used again. */
  byte[] array() {
    return bytes;
  }

  /** What was written; the buffer is not used again. */
  byte[] toBytes() {
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }
}
