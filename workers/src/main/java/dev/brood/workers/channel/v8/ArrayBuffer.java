package dev.brood.workers.channel.v8;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.OptionalLong;

/** An {@code ArrayBuffer}: bare bytes with an identity. A Buffer is byte[] instead. */
public final class ArrayBuffer {
  private final byte[] bytes;
  private final OptionalLong maxLength;

  private ArrayBuffer(byte[] bytes, OptionalLong maxLength) {
    this.bytes = bytes;
    this.maxLength = maxLength;
  }

  /** A buffer with these bytes, which are not copied. */
  public static ArrayBuffer of(byte[] bytes) {
    return new ArrayBuffer(bytes, OptionalLong.empty());
  }

  /**
   * A buffer with these bytes, which are not copied, that JavaScript may resize. Node 18 cannot
   * read it.
   *
   * @throws IllegalArgumentException if there are more bytes than {@code maxLength}, or it is
   *     beyond 2^32 - 1
   */
  public static ArrayBuffer resizable(byte[] bytes, long maxLength) {
    if (maxLength < bytes.length || maxLength > 0xffff_ffffL) {
      throw new IllegalArgumentException(
          "a buffer of %d bytes cannot have the limit %d".formatted(bytes.length, maxLength));
    }
    return new ArrayBuffer(bytes, OptionalLong.of(maxLength));
  }

  /** Its bytes themselves. */
  @JsonValue
  public byte[] bytes() {
    return bytes;
  }

  /** How large it may become, if it is resizable. */
  public OptionalLong maxLength() {
    return maxLength;
  }

  @Override
  public String toString() {
    return "ArrayBuffer[%d bytes]".formatted(bytes.length);
  }
}
