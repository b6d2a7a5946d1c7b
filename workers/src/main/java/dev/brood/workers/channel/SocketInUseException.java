package dev.brood.workers.channel;

/** A server listens at the path already. */
public class SocketInUseException extends HandleException {
  private static final long serialVersionUID = 1;

  /** An error with what is to be told. */
  public SocketInUseException(String message) {
    super(message);
  }
}
