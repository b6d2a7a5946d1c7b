package dev.brood.workers.channel;

/** No reply came within the limit of a request. */
public class RequestTimeoutException extends WorkersException {
  private static final long serialVersionUID = 1;

  /** An error with what is to be told. */
  public RequestTimeoutException(String message) {
    super(message);
  }
}
