package dev.brood.workers.channel;

/** Something that came in is not a message of the channel's codec. */
public class MalformedMessageException extends WorkersException {
  private static final long serialVersionUID = 1;

  /** An error with what is to be told. */
  public MalformedMessageException(String message) {
    super(message);
  }

  /** An error with what is to be told, and why. */
  public MalformedMessageException(String message, Throwable cause) {
    super(message, cause);
  }
}
