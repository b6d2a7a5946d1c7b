package dev.brood.workers.broker;

import dev.brood.workers.broker.DeadLetter.Reason;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.EncodingException;
import dev.brood.workers.channel.Handle;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts letters into the queues of their receivers. What does not get there goes to another of the
 * group that it is for, or becomes a dead letter; nothing is lost here. Thread-safe.
 */
final class PostOffice {
  private final Turnstile turnstile;
  private final DeadLetters deadLetters;
  private final Consumer<Receiver> tooFarBehind;
  private boolean closed;

  /**
   * Makes one.
   *
   * @param tooFarBehind is told of a receiver that has to leave, inside the turnstile
   */
  PostOffice(Turnstile turnstile, DeadLetters deadLetters, Consumer<Receiver> tooFarBehind) {
    this.turnstile = turnstile;
    this.deadLetters = deadLetters;
    this.tooFarBehind = tooFarBehind;
  }

  /**
   * Encodes before the turnstile is entered, so that nobody waits for it.
   *
   * @throws EncodingException if it cannot be written, and is {@code ours}; a child's is a dead
   *     letter for each receiver with such a codec
   */
  static void encode(Envelope envelope, Set<Codec> codecs, boolean ours) {
    for (Codec codec : codecs) {
      try {
        byte[] unused = envelope.encoded(codec);
      } catch (EncodingException e) {
        if (ours) {
          throw e;
        }
      }
    }
  }

  /** Tells a member something of the broker's own. */
  void tell(Member member, Envelope envelope) {
    Letter letter = Letter.of(Letter.Kind.NOTICE, null, member.name(), envelope.value());
    post(member, letter, envelope, null);
  }

  /** Puts something for a member alone into its queue. */
  void post(Member member, Letter letter, Envelope envelope, @Nullable Handle handle) {
    encode(envelope, Set.of(member.codec()), false);
    post(member, Delivery.of(letter, envelope, handle));
  }

  /** Puts something into the queue of a receiver. */
  void post(Receiver receiver, Delivery delivery) {
    turnstile.enter();
    try {
      Delivery sized = delivery;
      if (receiver instanceof Member member) {
        int length = lengthFor(member, delivery);
        if (length < 0) {
          return;
        }
        sized = delivery.sized(length);
      }
      DeliveryQueue.Added added = receiver.queue().add(sized);
      Reason reason = receiver.queue().isClosed() ? Reason.LEFT : Reason.QUEUE_FULL;
      added.dropped().forEach(each -> deadLetters.add(each, receiver, reason));
      if (added.overflow()) {
        turnstile.beforeLeaving(() -> tooFarBehind.accept(receiver));
      }
    } finally {
      turnstile.leave();
    }
  }

  /** Finds another place for what could not be sent to its receiver. */
  void undelivered(Delivery delivery, Receiver receiver, Reason reason) {
    turnstile.enter();
    try {
      if (reason != Reason.LEFT || !regroup(delivery, receiver)) {
        deadLetters.add(delivery, receiver, reason);
      }
    } finally {
      turnstile.leave();
    }
  }

  /** The channel of a member takes nothing more: so for what waits there, and here, in order. */
  void deaf(Member member, Delivery refused) {
    turnstile.enter();
    try {
      member.becomeDeaf();
      List<Delivery> left = new ArrayList<>(member.takeUnsent());
      left.add(refused);
      left.addAll(member.queue().drain());
      left.forEach(each -> undelivered(each, member, Reason.LEFT));
    } finally {
      turnstile.leave();
    }
  }

  /** Nobody of a group is there to take over any more. */
  void close() {
    closed = true;
  }

  /** How long it is on the member's channel; negative if it cannot be sent there, and is dead. */
  private int lengthFor(Member member, Delivery delivery) {
    int length;
    try {
      length = delivery.envelope().encoded(member.codec()).length;
    } catch (EncodingException e) {
      deadLetters.add(delivery, member, Reason.NOT_SENDABLE);
      return -1;
    }
    if (length > member.channel().options().messageLimitBytes()) {
      deadLetters.add(delivery, member, Reason.TOO_LARGE);
      return -1;
    }
    return length;
  }

  /** Gives what one of a group did not get to another; false if there is none, or no group. */
  private boolean regroup(Delivery delivery, Receiver leaving) {
    Delivery.Share share = delivery.share();
    if (share == null || closed) {
      return false;
    }
    Receiver other = share.group().choose(delivery.bytes(), leaving);
    if (other == null || !other.isReachable()) {
      return false;
    }
    if (share.receivers().add(other)) { // else it has got the letter in its own name
      post(other, delivery);
    }
    return true;
  }
}
