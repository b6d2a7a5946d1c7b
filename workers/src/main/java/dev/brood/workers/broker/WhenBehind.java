package dev.brood.workers.broker;

/**
 * What a {@link Broker} does when the queue of a receiver that does not keep up is full. None lets
 * the others wait: a sender that waited for the slowest would slow everybody.
 */
public enum WhenBehind {
  /** The oldest messages of its queue make room for the new one. */
  DROP_OLDEST,
  /** The new message is not queued. */
  DROP_NEWEST,
  /** The receiver leaves; the channel of a child is closed. */
  DISCONNECT
}
