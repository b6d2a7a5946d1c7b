package dev.brood.workers.channel;

import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.util.JsonGeneratorDelegate;

/** Writes what {@code JSON.stringify} writes, and long text quickly. */
final class StringifyGenerator extends JsonGeneratorDelegate {
  /** From here on the way by an array of bytes is shorter: measured, see bench/. */
  private static final int LONG_TEXT = 32;

  StringifyGenerator(JsonGenerator generator) {
    super(generator, false);
  }

  /** Text in which nothing has to be escaped is copied, not looked at character by character. */
  @Override
  public JsonGenerator writeString(String text) {
    if (text.length() >= LONG_TEXT) {
      byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
      if (EightBytes.areUnescaped(bytes) && isWhole(bytes, text)) {
        delegate.writeRawUTF8String(bytes, 0, bytes.length);
        return this;
      }
    }
    delegate.writeString(text);
    return this;
  }

  /** False if a character was replaced because it has no such byte. */
  private static boolean isWhole(byte[] bytes, String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1).equals(text);
  }

  /** What JSON has no number for is null. */
  @Override
  public JsonGenerator writeNumber(double value) {
    if (Double.isFinite(value)) {
      delegate.writeNumber(value);
    } else {
      delegate.writeNull();
    }
    return this;
  }

  /** As {@link #writeNumber(double)}. */
  @Override
  public JsonGenerator writeNumber(float value) {
    if (Float.isFinite(value)) {
      delegate.writeNumber(value);
    } else {
      delegate.writeNull();
    }
    return this;
  }

  @Override
  public JsonGenerator writeArray(double[] values, int offset, int length) {
    writeStartArray(values, length);
    for (int i = offset; i < offset + length; i++) {
      writeNumber(values[i]);
    }
    return writeEndArray();
  }
}
