package dev.brood.workers.watch;

import dev.brood.process.Child;
import dev.brood.process.Signal;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.WorkersException;
import dev.brood.workers.event.EventTeller;
import dev.brood.workers.event.FlightRecording;
import dev.brood.workers.event.ThreadEnd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes what one run of a child saves, and asks it to; ends with the child. Looks at one file again
 * and again, on a virtual thread. Thread-safe.
 */
public final class RunningCheckpoints implements AutoCloseable {
  private static final Duration ROOM_LIMIT = Duration.ofSeconds(1);

  private final CheckpointStore store;
  private final Checkpoints.Rules rules;
  private final String name;
  private final Child child;
  private final @Nullable Channel channel;
  private final EventTeller<WatchEvent> events;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final CheckpointCore core;
  private final Thread thread;
  private boolean told;
  private boolean wanted;
  private boolean over;
  private String lastFailure = "";

  RunningCheckpoints(
      CheckpointStore store,
      Checkpoints.Rules rules,
      String name,
      Child child,
      @Nullable Channel channel,
      Consumer<? super WatchEvent> listener) {
    this.store = store;
    this.rules = rules;
    this.name = name;
    this.child = child;
    this.channel = channel;
    this.core = new CheckpointCore(rules.interval(), System.nanoTime());
    this.events =
        new EventTeller<>(
            "brood-checkpoint-events",
            lost -> new WatchEvent.EventsLost("checkpoints", lost),
            listener);
    if (channel != null) {
      Channel unused = channel.on("checkpoint", message -> signal(() -> told = true));
    }
    this.thread = Thread.ofVirtual().name("brood-checkpoints-" + name).start(this::run);
    var unused = child.onExit().whenComplete((exit, lost) -> signal(() -> over = true));
  }

  /**
   * Asks the child to save itself, now.
   *
   * @throws IllegalStateException if there is no way to: neither a channel nor {@link
   *     Checkpoints#askBy}
   */
  public void ask() {
    if (channel == null && rules.signal() == null) {
      throw Checkpoints.cannotBeAsked(name);
    }
    signal(() -> wanted = true);
  }

  /** How many checkpoints were taken of this run. */
  public int count() {
    lock.lock();
    try {
      return core.count();
    } finally {
      lock.unlock();
    }
  }

  /**
   * How many events of a type there were so far, those included that the listener was too slow for.
   */
  public long eventCount(Class<? extends WatchEvent> type) {
    return events.count(type);
  }

  /**
   * Looks once more, tells what is to be told, and ends; the child is left alone. Idempotent, and
   * not cut short by an interrupt, which stays set.
   */
  @Override
  public void close() {
    int unused = finish();
    events.close();
  }

  /**
   * Looks once more and ends, as {@link #close} does, but tells events on until then.
   *
   * @return how many checkpoints were taken of this run
   */
  public int finish() {
    signal(() -> over = true);
    ThreadEnd.await(thread); // a look at a file is short
    return count();
  }

  private void signal(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    boolean last = false;
    while (!last) {
      last = awaitLook();
      take();
      if (!last) {
        askIfDue();
      }
    }
  }

  /** Waits until it is time to look; true if it is for the last time. */
  private boolean awaitLook() {
    lock.lock();
    try {
      long nanos = TimeUnit.NANOSECONDS.convert(rules.look());
      while (!over && !told && !wanted && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      told = false;
      return over;
    } catch (InterruptedException e) {
      return true; // nobody has this thread to interrupt it
    } finally {
      lock.unlock();
    }
  }

  private void take() {
    try {
      store
          .take(name, rules.kept())
          .ifPresent(checkpoint -> {
            signal(() -> core.taken(System.nanoTime()));
            tell(new CheckpointEvent.Taken(name, child.pid(), checkpoint));
          });
      lastFailure = "";
    } catch (IOException | UncheckedIOException e) {
      String reason = e.toString();
      if (!reason.equals(lastFailure)) { // once, not at every look
        lastFailure = reason;
        tell(new CheckpointEvent.Failed(name, child.pid(), reason));
      }
    }
  }

  private void askIfDue() {
    CheckpointCore.Due due;
    boolean explicitly;
    lock.lock();
    try {
      due = core.tick(System.nanoTime());
      explicitly = wanted;
      wanted = false;
    } finally {
      lock.unlock();
    }
    switch (due) {
      case NOTHING -> {
        if (explicitly) {
          boolean unused = askChild();
        }
      }
      case ASK -> askAndNote();
      case ASK_AGAIN -> {
        tell(new CheckpointEvent.Missed(name, child.pid(), core.age(System.nanoTime())));
        askAndNote();
      }
    }
  }

  private void askAndNote() {
    if (askChild()) {
      signal(core::asked);
    }
  }

  /** Whether the question has reached the child. */
  private boolean askChild() {
    Signal signal = rules.signal();
    boolean asked = false;
    if (channel != null) {
      try {
        boolean unused = channel.send(Map.of("brood", "checkpoint"), ROOM_LIMIT);
        asked = true;
      } catch (WorkersException e) {
        tell(new CheckpointEvent.Failed(name, child.pid(), "cannot be asked: " + e.getMessage()));
      }
    } else if (signal != null) {
      asked = child.signal(signal);
    }
    if (asked) {
      tell(new CheckpointEvent.Asked(name, child.pid()));
    }
    return asked;
  }

  private void tell(WatchEvent event) {
    if (FlightRecording.inUse()) {
      JfrEvents.record(event);
    }
    events.tell(event);
  }
}
