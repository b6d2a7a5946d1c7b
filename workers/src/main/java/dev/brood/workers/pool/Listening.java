package dev.brood.workers.pool;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells a listener of events, in order, on a virtual thread that exists while there is something to
 * tell. One that is {@value #MOST_WAITING} events behind loses the newest, and is told how many.
 * Thread-safe.
 */
final class Listening {
  static final int MOST_WAITING = 4096;

  private final Consumer<PoolEvent> listener;
  private final Deque<PoolEvent> waiting = new ArrayDeque<>();
  private long dropped;
  private boolean telling;

  Listening(Consumer<PoolEvent> listener) {
    this.listener = listener;
  }

  synchronized void add(PoolEvent event) {
    if (waiting.size() >= MOST_WAITING) {
      dropped++;
      return;
    }
    if (dropped > 0) {
      waiting.add(new PoolEvent.EventsDropped(dropped));
      dropped = 0;
    }
    waiting.add(event);
    if (!telling) {
      telling = true;
      Thread.ofVirtual().name("brood-pool-events").start(this::tell);
    }
  }

  private void tell() {
    for (PoolEvent event = next(); event != null; event = next()) {
      try {
        listener.accept(event);
      } catch (RuntimeException e) {
        System.getLogger("dev.brood.workers")
            .log(Level.WARNING, "a listener failed at " + event, e);
      }
    }
  }

  private synchronized @Nullable PoolEvent next() {
    PoolEvent event = waiting.poll();
    telling = event != null;
    return event;
  }
}
