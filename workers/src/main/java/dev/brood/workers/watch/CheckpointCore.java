package dev.brood.workers.watch;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a child is asked to save itself. Knows no clock: times are of one monotonic clock,
 * in nanoseconds.
 */
final class CheckpointCore {
  /** What is due. */
  enum Due {
    /** Nothing. */
    NOTHING,
    /** To ask. */
    ASK,
    /** To tell that the last question was in vain, and to ask again. */
    ASK_AGAIN
  }

  private final @Nullable Duration interval;
  private long since;
  private boolean tried;
  private long triedAt;
  private boolean asked;
  private int taken;

  CheckpointCore(@Nullable Duration interval, long now) {
    this.interval = interval;
    this.since = now;
  }

  /** Time has passed. What is due is not due again for another interval. */
  Due tick(long now) {
    if (interval == null) {
      return Due.NOTHING;
    }
    long wait = TimeUnit.NANOSECONDS.convert(interval);
    if (now - (tried ? triedAt : since) < wait) {
      return Due.NOTHING;
    }
    Due due = asked ? Due.ASK_AGAIN : Due.ASK;
    tried = true;
    triedAt = now;
    asked = false;
    return due;
  }

  /** What was due has reached the child: if nothing comes of it, it has missed that. */
  void asked() {
    asked = true;
  }

  /** It has saved itself. */
  void taken(long now) {
    taken++;
    since = now;
    tried = false;
    asked = false;
  }

  /** How often it has. */
  int count() {
    return taken;
  }

  /** How long its last checkpoint, or its start, is ago. */
  Duration age(long now) {
    return Duration.ofNanos(now - since);
  }
}
