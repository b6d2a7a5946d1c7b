package dev.brood.process;

import java.nio.charset.Charset;
import java.util.List;

/**
 * The captured bytes of one stream, with the truth about what is missing. Immutable.
 *
 * <p>Malformed input is decoded to U+FFFD; use {@link #bytes} where that matters.
 */
public final class Output {
  private final byte[] bytes;
  private final Charset charset;
  private final long totalBytes;
  private final boolean heldOpen;

  Output(byte[] bytes, Charset charset, long totalBytes, boolean heldOpen) {
    this.bytes = bytes;
    this.charset = charset;
    this.totalBytes = totalBytes;
    this.heldOpen = heldOpen;
  }

  static Output empty(Charset charset) {
    return new Output(new byte[0], charset, 0, false);
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** All of it, decoded with the command's charset. */
  public String text() {
    return new String(bytes, charset);
  }

  /** The text without its last line end, if it has one: exactly one {@code \n} or {@code \r\n}. */
  public String trimmed() {
    String text = text();
    if (text.endsWith("\r\n")) {
      return text.substring(0, text.length() - 2);
    }
    return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }

  /** The lines, without their ends; an empty output has none. */
  public List<String> lines() {
    String text = trimmed();
    if (bytes.length == 0) {
      return List.of();
    }
    return List.of(text.split("\r?\n", -1));
  }

  /** How many bytes the child wrote, as far as they were read. */
  public long totalBytes() {
    return totalBytes;
  }

  /** How many of them are not in {@link #bytes}. */
  public long omittedBytes() {
    return totalBytes - bytes.length;
  }

  /** Whether some of what the child wrote is not here. */
  public boolean truncated() {
    return omittedBytes() > 0;
  }

  /**
   * Whether another process still held the stream open when the child had ended. What that process
   * writes later is not here.
   */
  public boolean heldOpen() {
    return heldOpen;
  }

  @Override
  public String toString() {
    return text();
  }
}
