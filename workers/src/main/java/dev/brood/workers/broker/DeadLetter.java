package dev.brood.workers.broker;

import java.util.Optional;

/**
 * A message that the broker could not deliver. What the kernel has taken for a child that ends
 * before it reads it is lost without one: see {@link Broker}.
 *
 * @param letter the message
 * @param receiver the child that does not get it; empty if there is none, or if it is a subscriber
 *     of this process
 * @param reason why
 */
public record DeadLetter(Letter letter, Optional<String> receiver, Reason reason) {
  /** Why a message is not delivered. */
  public enum Reason {
    /** Nobody has subscribed to its topic. */
    NO_SUBSCRIBER,
    /** Nobody has the name that it is for. */
    UNKNOWN_NAME,
    /** The receiver's queue was full: see {@link WhenBehind}. */
    QUEUE_FULL,
    /** The receiver left before it was sent, and no other of its group, if it has one, is here. */
    LEFT,
    /** It is longer than a message of the receiver's channel may be. */
    TOO_LARGE,
    /** The codec of the receiver cannot write it, or its descriptor cannot travel. */
    NOT_SENDABLE
  }
}
