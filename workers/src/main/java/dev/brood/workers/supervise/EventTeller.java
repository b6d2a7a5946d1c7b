package dev.brood.workers.supervise;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells a listener what happens, in order, on one virtual thread, so that nobody waits for it. A
 * listener that is {@value #MOST_WAITING} events behind loses what comes then, and is told how
 * many. Thread-safe.
 */
final class EventTeller {
  static final int MOST_WAITING = 10_000;

  private final String path;
  private final Consumer<SupervisorEvent> listener;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<SupervisorEvent> waiting = new ArrayDeque<>();
  private final Thread thread;
  private long lost;
  private boolean ended;

  EventTeller(String path, Consumer<SupervisorEvent> listener) {
    this.path = path;
    this.listener = listener;
    this.thread = Thread.ofVirtual().name("brood-events-" + path).start(this::run);
  }

  void tell(SupervisorEvent event) {
    lock.lock();
    try {
      boolean room = waiting.size() < MOST_WAITING;
      if (ended || (!room && !isLast(event))) {
        lost++;
        return;
      }
      if (lost > 0) {
        waiting.add(new SupervisorEvent.EventsLost(path, lost));
        lost = 0;
      }
      waiting.add(event);
      ended = isLast(event);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the last event is told, which must have been given; that long at most. */
  void awaitTold(Duration limit) {
    if (Thread.currentThread() == thread) {
      return; // the listener itself stops the supervisor
    }
    try {
      if (!thread.join(limit)) {
        System.getLogger("dev.brood.workers")
            .log(Level.WARNING, "{0}: the listener still runs {1} after the end", path, limit);
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  private boolean isLast(SupervisorEvent event) {
    return event instanceof SupervisorEvent.Finished(String supervisor, var _)
        && supervisor.equals(path);
  }

  private void run() {
    try {
      for (SupervisorEvent next = take(); next != null; next = take()) {
        tellNow(next);
      }
    } catch (InterruptedException e) {
      // The supervisor has ended, and the listener took too long.
    }
  }

  private @Nullable SupervisorEvent take() throws InterruptedException {
    lock.lock();
    try {
      while (waiting.isEmpty() && !ended) {
        changed.await();
      }
      return waiting.poll();
    } finally {
      lock.unlock();
    }
  }

  private void tellNow(SupervisorEvent event) {
    try {
      listener.accept(event);
    } catch (RuntimeException e) {
      System.getLogger("dev.brood.workers")
          .log(Level.WARNING, path + ": the listener failed at " + event, e);
    }
  }
}
