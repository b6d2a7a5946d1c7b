package dev.brood.workers.channel;

/** What a {@link UnixClient} does with a message while it is not connected. */
public enum WhenAway {
  /** The sender gets a {@link ChannelClosedException}. */
  FAIL,
  /**
   * It waits, in order, for the next connection; the sender gets a {@link ChannelFullException} if
   * too many wait already.
   */
  QUEUE
}
