package dev.brood.workers.channel;

/**
 * The other side of a ring has ended without closing it, or has written what no ring holds: what
 * was read may not be all.
 */
public class RingBrokenException extends ChannelClosedException {
  private static final long serialVersionUID = 1;

  /** An error with what is to be told. */
  public RingBrokenException(String message) {
    super(message);
  }
}
