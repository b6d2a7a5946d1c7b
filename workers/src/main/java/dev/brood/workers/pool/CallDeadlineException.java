package dev.brood.workers.pool;

/** A call was not answered by its deadline. If it was running, its worker is being stopped. */
public final class CallDeadlineException extends PoolException {
  private static final long serialVersionUID = 1;

  CallDeadlineException(String message) {
    super(message);
  }
}
