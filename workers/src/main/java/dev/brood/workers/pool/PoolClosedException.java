package dev.brood.workers.pool;

/** The pool takes no calls any more, or was shut down before this one was answered. */
public final class PoolClosedException extends PoolException {
  private static final long serialVersionUID = 1;

  PoolClosedException(String message) {
    super(message);
  }
}
