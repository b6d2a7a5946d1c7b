package dev.brood.workers.pool;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The worker answered with an error. It lives on. */
public final class CallFailedException extends PoolException {
  private static final long serialVersionUID = 1;

  private final String workerMessage;
  private final @Nullable String errorName;

  CallFailedException(String message, String workerMessage, @Nullable String errorName) {
    super(message);
    this.workerMessage = workerMessage;
    this.errorName = errorName;
  }

  /** What the worker says, in its own words. */
  public String workerMessage() {
    return workerMessage;
  }

  /** A word for programs: the class of the error where it was thrown. */
  public Optional<String> errorName() {
    return Optional.ofNullable(errorName);
  }
}
