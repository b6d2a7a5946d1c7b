package dev.brood.workers.supervise;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells a listener what happens, in order, on a virtual thread that there is only while there is
 * something to tell. Thread-safe.
 */
final class BreakerTeller {
  private static final int MOST_WAITING = 10_000;

  private final String name;
  private final Consumer<BreakerEvent> listener;
  private final Deque<BreakerEvent> waiting = new ArrayDeque<>();
  private long lost;
  private boolean telling;

  BreakerTeller(String name, Consumer<BreakerEvent> listener) {
    this.name = name;
    this.listener = listener;
  }

  /** Adds an event; one for which there is no room is only counted. */
  synchronized void tell(BreakerEvent event) {
    if (waiting.size() >= MOST_WAITING) {
      lost++;
      return;
    }
    if (lost > 0) {
      waiting.add(new BreakerEvent.EventsLost(name, lost));
      lost = 0;
    }
    waiting.add(event);
    if (!telling) {
      telling = true;
      Thread.ofVirtual().name("brood-breaker-" + name).start(this::run);
    }
  }

  private void run() {
    for (BreakerEvent next = take(); next != null; next = take()) {
      try {
        listener.accept(next);
      } catch (RuntimeException e) {
        System.getLogger("dev.brood.workers")
            .log(Level.WARNING, "the listener of circuit breaker " + name + " failed", e);
      }
    }
  }

  private synchronized @Nullable BreakerEvent take() {
    BreakerEvent next = waiting.poll();
    telling = next != null;
    return next;
  }
}
