package dev.brood.workers.pool;

/** No worker comes up: several starts after one another have failed. */
public final class WorkerStartException extends PoolException {
  private static final long serialVersionUID = 1;

  WorkerStartException(String message) {
    super(message);
  }
}
