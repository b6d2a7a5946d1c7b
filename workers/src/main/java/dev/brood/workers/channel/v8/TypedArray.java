package dev.brood.workers.channel.v8;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A typed array of a kind that Java has no array for, as bytes; numbers of several bytes are
 * little-endian. The other kinds are short[], int[], long[], float[] and double[].
 */
public final class TypedArray {
  /** The kinds. */
  public enum Kind {
    /** Int8Array; byte[] is a Buffer. */
    INT8(1),
    /** Uint8Array; a Buffer is byte[]. */
    UINT8(1),
    /** Uint8ClampedArray. */
    UINT8_CLAMPED(1),
    /** Uint16Array. */
    UINT16(2),
    /** Uint32Array. */
    UINT32(4),
    /** BigUint64Array. */
    BIG_UINT64(8),
    /** DataView: bytes without a type. */
    DATA_VIEW(1);

    private final int elementBytes;

    Kind(int elementBytes) {
      this.elementBytes = elementBytes;
    }

    /** How many bytes one element takes. */
    public int elementBytes() {
      return elementBytes;
    }
  }

  private final Kind kind;
  private final byte[] bytes;

  /**
   * An array with these bytes, which are not copied.
   *
   * @throws IllegalArgumentException if they are not a whole number of elements
   */
  public TypedArray(Kind kind, byte[] bytes) {
    if (bytes.length % kind.elementBytes() != 0) {
      throw new IllegalArgumentException(
          "%d bytes are no whole number of elements of %s".formatted(bytes.length, kind));
    }
    this.kind = kind;
    this.bytes = bytes;
  }

  /** Its kind. */
  public Kind kind() {
    return kind;
  }

  /** Its bytes themselves. */
  @JsonValue
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public String toString() {
    return "TypedArray[%s, %d bytes]".formatted(kind, bytes.length);
  }
}
