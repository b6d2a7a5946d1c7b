package dev.brood.workers.channel;

/** Too much is queued already, and the channel refuses instead of waiting. */
public class ChannelFullException extends WorkersException {
  private static final long serialVersionUID = 1;

  /** An error with what is to be told. */
  public ChannelFullException(String message) {
    super(message);
  }
}
