package dev.brood.workers.channel;

/** The channel is closed, or its peer is gone. */
public class ChannelClosedException extends WorkersException {
  private static final long serialVersionUID = 1;

  /** An error with what is to be told. */
  public ChannelClosedException(String message) {
    super(message);
  }
}
