package dev.brood.process;

import java.time.Instant;

/**
 * One line of a child's output. Immutable.
 *
 * @param stream where it was written
 * @param text without its line end ({@code \n} or {@code \r\n})
 * @param at when its last byte was read here; lines read together have the same instant
 * @param partial whether it is a piece of a line that is longer than the bound, and more follows
 */
public record Line(Stream stream, String text, Instant at, boolean partial) {
  /** One of the two output streams. */
  public enum Stream {
    STDOUT,
    STDERR
  }
}
