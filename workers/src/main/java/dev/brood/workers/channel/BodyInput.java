package dev.brood.workers.channel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The bytes of one message, read from the front. Every length is checked before it counts. */
class BodyInput {
  /**
   * Room for so many elements is made when they are announced; for more when they are there. A
   * thousand lists in each other can all announce what is left of the message.
   */
  static final int TRUSTED_ELEMENTS = 64;

  private final String format;
  private final byte[] bytes;
  private final int start;
  private final int end;
  private int position;

  /** The format is named in errors. */
  BodyInput(String format, byte[] bytes, int offset, int length) {
    this.format = format;
    this.bytes = bytes;
    this.start = offset;
    this.position = offset;
    this.end = offset + length;
  }

  final MalformedMessageException malformed(String what) {
    return new MalformedMessageException(
        "not a value of %s: %s, at byte %,d of %,d"
            .formatted(format, what, position - start, end - start));
  }

  final int remaining() {
    return end - position;
  }

  final int rawByte() {
    require(1);
    return bytes[position++] & 0xff;
  }

  /** The byte that {@link #rawByte} will return. */
  final int peekByte() {
    require(1);
    return bytes[position] & 0xff;
  }

  /** A copy of the next bytes. */
  final byte[] take(int length) {
    int first = skip(length);
    return Arrays.copyOfRange(bytes, first, first + length);
  }

  /** The next bytes as a view, to be read at once. */
  final ByteBuffer view(int length) {
    return ByteBuffer.wrap(bytes, skip(length), length);
  }

  final String latin1(int length) {
    return new String(bytes, skip(length), length, StandardCharsets.ISO_8859_1);
  }

  /** What is no UTF-8 becomes U+FFFD. */
  final String utf8(int length) {
    return new String(bytes, skip(length), length, StandardCharsets.UTF_8);
  }

  /** That many bytes are there, or else the message is malformed. */
  final void require(long length) {
    if (length > end - position) {
      throw malformed("%,d bytes are missing".formatted(length - (end - position)));
    }
  }

  /** Goes on behind the next bytes and returns where they begin. */
  private int skip(int length) {
    require(length);
    int first = position;
    position += length;
    return first;
  }
}
