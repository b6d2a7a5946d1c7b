package dev.brood.process.internal.io;

import org.jspecify.annotations.Nullable;

/** One thing to be done by the {@link Reactor} at a time, unless cancelled before. Thread-safe. */
public final class Timer implements Comparable<Timer> {
  final long dueNanos;
  private @Nullable Runnable task;

  Timer(long dueNanos, Runnable task) {
    this.dueNanos = dueNanos;
    this.task = task;
  }

  /** Forgets the task. It may still be running if its time has just come. */
  public synchronized void cancel() {
    task = null;
  }

  synchronized boolean cancelled() {
    return task == null;
  }

  void run() {
    Runnable due;
    synchronized (this) {
      due = task;
      task = null;
    }
    if (due != null) {
      due.run();
    }
  }

  @Override
  public int compareTo(Timer other) {
    return Long.signum(dueNanos - other.dueNanos);
  }
}
