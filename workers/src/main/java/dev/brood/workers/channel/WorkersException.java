package dev.brood.workers.channel;

import org.jspecify.annotations.Nullable;

/** The root of all errors of this module. */
public abstract class WorkersException extends RuntimeException {
  private static final long serialVersionUID = 1;

  protected WorkersException(String message) {
    super(message);
  }

  protected WorkersException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
