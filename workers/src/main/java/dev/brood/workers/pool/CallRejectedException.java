package dev.brood.workers.pool;

/** The queue of the pool was full, or another call has taken the place of this one. */
public final class CallRejectedException extends PoolException {
  private static final long serialVersionUID = 1;

  CallRejectedException(String message) {
    super(message);
  }
}
