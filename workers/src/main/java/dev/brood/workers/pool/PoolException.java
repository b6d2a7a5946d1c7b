package dev.brood.workers.pool;

import dev.brood.workers.channel.WorkersException;
import org.jspecify.annotations.Nullable;

/** A call was not answered with a value. The kinds are what a caller can decide by. */
public abstract sealed class PoolException extends WorkersException
    permits CallFailedException,
        CallDeadlineException,
        CallRejectedException,
        CallNotSentException,
        PoolClosedException,
        WorkerDiedException,
        WorkerStartException {
  private static final long serialVersionUID = 1;

  PoolException(String message) {
    super(message);
  }

  PoolException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
