package dev.brood.workers.cluster;

import dev.brood.process.internal.io.BackgroundLog;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells handlers of events, in order, on one virtual thread, so that no worker waits for a handler.
 * A handler that is {@value #MOST_WAITING} events behind loses the newest; that is logged.
 */
final class Events {
  static final int MOST_WAITING = 4096;

  private static final System.Logger LOGGER = System.getLogger("dev.brood.workers");

  /** What waits: an event, or the end. */
  private record Entry(@Nullable ClusterEvent event) {}

  private final BlockingQueue<Entry> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
  private final List<Consumer<ClusterEvent>> handlers = new CopyOnWriteArrayList<>();
  private final AtomicLong lost = new AtomicLong();
  private final Thread thread;

  Events(String name) {
    thread = Thread.ofVirtual().name("brood-cluster-events-" + name).unstarted(this::tell);
  }

  void start() {
    thread.start();
  }

  void handler(Consumer<ClusterEvent> handler) {
    handlers.add(handler);
  }

  void add(ClusterEvent event) {
    if (!waiting.offer(new Entry(event)) && Long.bitCount(lost.incrementAndGet()) == 1) {
      BackgroundLog.log(
          "dev.brood.workers",
          Level.WARNING,
          "%s: %,d events lost, the last: %s".formatted(thread.getName(), lost.get(), event));
    }
  }

  /** Tells what is left, for that long at most, and ends. */
  void end(long limitMillis) {
    if (Thread.currentThread() == thread) {
      boolean unused = waiting.offer(new Entry(null));
      return;
    }
    boolean interrupted = false;
    try {
      if (waiting.offer(new Entry(null))) {
        thread.join(limitMillis);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    thread.interrupt();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell() {
    try {
      for (Entry next = waiting.take(); next.event() != null; next = waiting.take()) {
        ClusterEvent event = next.event();
        handlers.forEach(handler -> tell(handler, event));
      }
    } catch (InterruptedException e) {
      // The cluster is closed, and a handler took too long.
    }
  }

  private static void tell(Consumer<ClusterEvent> handler, ClusterEvent event) {
    try {
      handler.accept(event);
    } catch (RuntimeException e) {
      LOGGER.log(Level.WARNING, "a handler failed at " + event, e);
    }
  }
}
