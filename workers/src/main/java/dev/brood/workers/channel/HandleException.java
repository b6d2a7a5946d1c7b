package dev.brood.workers.channel;

/** A descriptor could not be made, sent or used. */
public class HandleException extends WorkersException {
  private static final long serialVersionUID = 1;

  /** An error with what is to be told. */
  public HandleException(String message) {
    super(message);
  }

  /** An error with what is to be told, and why. */
  public HandleException(String message, Throwable cause) {
    super(message, cause);
  }
}
