package dev.brood.workers.channel;

/** A value cannot be written as a message; says where in the value, and what it is. */
public class EncodingException extends WorkersException {
  private static final long serialVersionUID = 1;

  /** An error with what is to be told. */
  public EncodingException(String message) {
    super(message);
  }

  /** An error with what is to be told, and why. */
  public EncodingException(String message, Throwable cause) {
    super(message, cause);
  }
}
