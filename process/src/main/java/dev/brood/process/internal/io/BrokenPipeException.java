package dev.brood.process.internal.io;

import java.io.IOException;

/** Nobody reads the other end of a pipe any more (EPIPE of write(2)). */
public final class BrokenPipeException extends IOException {
  private static final long serialVersionUID = 1;

  public BrokenPipeException() {
    super("broken pipe: the reader is gone");
  }
}
