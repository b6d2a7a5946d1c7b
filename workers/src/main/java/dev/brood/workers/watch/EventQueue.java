package dev.brood.workers.watch;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Hands events to a listener of the user's on one virtual thread, in order, and never waits for it:
 * one that is {@value #MOST_WAITING} events behind loses the newest, counted and logged. What it
 * throws is logged. Thread-safe.
 */
final class EventQueue<T> implements AutoCloseable {
  static final int MOST_WAITING = 4096;

  private static final System.Logger LOGGER = System.getLogger("dev.brood.workers");
  private static final Duration LAST_WAIT = Duration.ofSeconds(5);

  private final BlockingQueue<Optional<T>> waiting = new ArrayBlockingQueue<>(MOST_WAITING + 1);
  private final Consumer<? super T> listener;
  private final AtomicLong lost = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;

  EventQueue(String name, Consumer<? super T> listener) {
    this.listener = listener;
    this.thread = Thread.ofVirtual().name(name).start(this::run);
  }

  void add(T event) {
    boolean room = waiting.size() < MOST_WAITING && waiting.offer(Optional.of(event));
    if (!room && Long.bitCount(lost.incrementAndGet()) == 1) { // the first, then ever more rarely
      LOGGER.log(Level.WARNING, "{0}: {1} events lost, now {2}", thread.getName(), lost, event);
    }
  }

  /** How many events the listener was too slow for. */
  long lost() {
    return lost.get();
  }

  /**
   * Tells what is left, waits for that for five seconds at most, and ends. From the listener itself
   * it does not wait. An interrupt cuts the wait short and stays set.
   */
  @Override
  public void close() {
    closed = true;
    boolean unused = waiting.offer(Optional.empty()); // wakes it; if full it is awake
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      if (!thread.join(LAST_WAIT)) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closed || !waiting.isEmpty()) {
        Optional<T> next = waiting.take();
        next.ifPresent(this::tell);
      }
    } catch (InterruptedException e) {
      // Closed, and the listener took too long.
    }
  }

  private void tell(T event) {
    try {
      listener.accept(event);
    } catch (RuntimeException e) {
      LOGGER.log(Level.WARNING, "a listener failed at " + event, e);
    }
  }
}
