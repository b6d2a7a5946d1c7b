package dev.brood.workers.channel;

/** What a channel does with a message for which its queue has no room. */
public enum WhenFull {
  /** The sender waits until there is room. */
  BLOCK,
  /** The sender gets a {@link ChannelFullException}. */
  REFUSE
}
