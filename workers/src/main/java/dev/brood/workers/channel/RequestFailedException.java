package dev.brood.workers.channel;

/** The peer answered a request with an error. */
public class RequestFailedException extends WorkersException {
  private static final long serialVersionUID = 1;

  /** An error with what is to be told. */
  public RequestFailedException(String message) {
    super(message);
  }
}
