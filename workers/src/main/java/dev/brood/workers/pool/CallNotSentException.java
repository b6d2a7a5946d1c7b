package dev.brood.workers.pool;

/** The input cannot be written as a message. The cause says why; no worker has seen it. */
public final class CallNotSentException extends PoolException {
  private static final long serialVersionUID = 1;

  CallNotSentException(Throwable cause) {
    super("the input cannot be sent: " + cause.getMessage(), cause);
  }
}
