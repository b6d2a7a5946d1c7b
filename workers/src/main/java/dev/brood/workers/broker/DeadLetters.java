package dev.brood.workers.broker;

import dev.brood.process.internal.io.BackgroundLog;
import dev.brood.workers.broker.DeadLetter.Reason;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts what cannot be delivered and tells whoever wants to know. Thread-safe. */
final class DeadLetters {
  private final Events<DeadLetter> events = new Events<>("dead letters");
  private final AtomicLong count = new AtomicLong();
  private volatile boolean closed;

  void handle(Consumer<DeadLetter> handler) {
    events.handle(handler);
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
    boolean told = events.add(letter);
    // That nobody has subscribed is no loss; the others are told at first, then ever more rarely.
    if (!told && !closed && reason != Reason.NO_SUBSCRIBER && Long.bitCount(number) == 1) {
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
    events.close();
  }
}
