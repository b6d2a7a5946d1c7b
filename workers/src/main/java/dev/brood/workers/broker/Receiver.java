package dev.brood.workers.broker;

import java.util.Optional;

/** Who can get messages: a child, or a subscriber in this process. */
sealed interface Receiver permits Member, LocalSubscriber {
  DeliveryQueue queue();

  /** How much it has to do, for comparing. */
  int load();

  /** Whether something can still be brought to it, as far as is known. */
  boolean isReachable();

  /** Nothing more is brought to it; its queue is closed already. */
  void left();

  /** The name of a child. */
  Optional<String> receiverName();
}
