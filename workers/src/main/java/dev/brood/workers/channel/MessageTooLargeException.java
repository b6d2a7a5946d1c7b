package dev.brood.workers.channel;

/** A message is longer than the channel's limit. */
public class MessageTooLargeException extends WorkersException {
  private static final long serialVersionUID = 1;

  /** An error with what is to be told. */
  public MessageTooLargeException(String message) {
    super(message);
  }
}
