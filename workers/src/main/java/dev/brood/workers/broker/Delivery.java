package dev.brood.workers.broker;

import dev.brood.workers.channel.Handle;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A letter on its way to one receiver.
 *
 * @param letter what it is
 * @param envelope what goes over the channel of a child
 * @param handle a descriptor that goes along, ours until it is sent
 * @param bytes its length on the channel; 0 if it does not go over one
 * @param share in the name of which group the receiver gets it; null: in its own
 * @param undeliverable told if it cannot be delivered, besides whoever wants dead letters
 */
record Delivery(
    Letter letter,
    Envelope envelope,
    @Nullable Handle handle,
    int bytes,
    @Nullable Share share,
    @Nullable Consumer<DeadLetter.Reason> undeliverable) {

  /**
   * That one of a group gets it.
   *
   * @param group the group
   * @param receivers all who get the letter, for whatever reason; guarded by the turnstile
   */
  record Share(Subscriptions.Group group, Set<Receiver> receivers) {}

  static Delivery of(Letter letter, Envelope envelope, @Nullable Handle handle) {
    return new Delivery(letter, envelope, handle, 0, null, null);
  }

  Delivery inGroup(Subscriptions.Group group, Set<Receiver> receivers) {
    return new Delivery(
        letter, envelope, handle, bytes, new Share(group, receivers), undeliverable);
  }

  Delivery orElse(Consumer<DeadLetter.Reason> told) {
    return new Delivery(letter, envelope, handle, bytes, share, told);
  }

  Delivery sized(int length) {
    return new Delivery(letter, envelope, handle, length, share, undeliverable);
  }

  /** Lets go of what it carries. */
  void discard() {
    if (handle != null) {
      handle.close();
    }
  }
}
