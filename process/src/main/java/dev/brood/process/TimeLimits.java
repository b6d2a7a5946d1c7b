package dev.brood.process;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.io.Timer;
import org.jspecify.annotations.Nullable;

/** When a child is stopped without being asked: its deadline and its idle limit. Thread-safe. */
final class TimeLimits {
  private final Child child;
  private @Nullable Timer deadlineTimer;
  private volatile @Nullable Timer idleTimer;
  private volatile long lastActivityNanos;

  TimeLimits(Child child, long startNanos) {
    this.child = child;
    this.lastActivityNanos = startNanos;
  }

  /** Begins to count; called once. */
  void begin(Spec spec) {
    if (spec.deadline != null) {
      deadlineTimer = after(Times.nanos(spec.deadline), () -> child.endBy(Cause.DEADLINE));
    }
    if (spec.idleLimit != null) {
      watchIdle(Times.nanos(spec.idleLimit), Times.nanos(spec.idleLimit));
    }
  }

  /** Notes that the child has said something. */
  void active() {
    lastActivityNanos = System.nanoTime();
  }

  /** Counts no more: the child has ended. */
  void cancel() {
    Timer idle = idleTimer;
    if (deadlineTimer != null) {
      deadlineTimer.cancel();
    }
    if (idle != null) {
      idle.cancel();
    }
  }

  private void watchIdle(long limitNanos, long waitNanos) {
    idleTimer =
        after(
            waitNanos,
            () -> {
              long left = lastActivityNanos + limitNanos - System.nanoTime();
              if (left <= 0) {
                child.endBy(Cause.IDLE);
              } else if (child.isAlive()) {
                watchIdle(limitNanos, left);
              }
            });
  }

  private static Timer after(long nanos, Runnable task) {
    return Reactor.shared().after(nanos, task);
  }
}
