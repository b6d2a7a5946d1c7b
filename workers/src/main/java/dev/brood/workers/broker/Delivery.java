package dev.brood.workers.broker;

import dev.brood.workers.channel.Handle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A letter on its way to one receiver.
 *
 * @param letter what it is
 * @param envelope what goes over the channel of a child
 * @param handle a descriptor that goes along, ours until it is sent
 * @param bytes its length on the channel; 0 if it does not go over one
 * @param group the group in whose name this receiver gets it; null: its own
 * @param undeliverable told if it cannot be delivered, besides whoever wants dead letters
 */
record Delivery(
    Letter letter,
    Envelope envelope,
    @Nullable Handle handle,
    int bytes,
    Subscriptions.@Nullable Group group,
    @Nullable Consumer<DeadLetter.Reason> undeliverable) {
  static Delivery of(Letter letter, Envelope envelope, int bytes) {
    return new Delivery(letter, envelope, null, bytes, null, null);
  }

  Delivery inGroup(Subscriptions.Group other) {
    return new Delivery(letter, envelope, handle, bytes, other, undeliverable);
  }

  Delivery sized(int length) {
    return new Delivery(letter, envelope, handle, length, group, undeliverable);
  }

  /** Lets go of what it carries. */
  void discard() {
    if (handle != null) {
      handle.close();
    }
  }
}
