package dev.brood.workers.broker;

import dev.brood.process.internal.io.BackgroundLog;
import dev.brood.workers.broker.DeadLetter.Reason;
import dev.brood.workers.event.EventTeller;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts what cannot be delivered and tells whoever wants to know. Thread-safe. */
final class DeadLetters {
  private final EventTeller<DeadLetter> teller = new EventTeller<>("brood-broker-dead-letters");
  private final AtomicLong count = new AtomicLong();
  private volatile boolean closed;

  void handle(Consumer<DeadLetter> handler) {
    teller.listen(handler);
  }

  long count() {
    return count.get();
  }

  /** Lets go of what cannot be delivered, and tells. */
  void add(Delivery delivery, @Nullable Receiver receiver, Reason reason) {
    delivery.discard();
    if (delivery.undeliverable() != null) {
      delivery.undeliverable().accept(reason);
    }
    DeadLetter letter =
        new DeadLetter(
            delivery.letter(),
            receiver == null ? delivery.letter().to() : receiver.receiverName(),
            reason);
    long number = count.incrementAndGet();
    teller.tell(letter);
    // That nobody has subscribed is no loss; the others are told at first, then ever more rarely.
    if (!teller.isHeard()
        && !closed
        && reason != Reason.NO_SUBSCRIBER
        && Long.bitCount(number) == 1) {
      String whom = letter.receiver().orElse("a subscriber");
      BackgroundLog.log(
          "dev.brood.workers",
          Level.WARNING,
          "a broker could not deliver a message to %s: %s (%,d dead letters so far)"
              .formatted(whom, reason, number));
    }
  }

  void close() {
    closed = true;
    teller.close();
  }
}
