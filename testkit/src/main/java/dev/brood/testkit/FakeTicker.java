package dev.brood.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Time that moves only when a test says so: a nanosecond ticker and a wall clock in one.
 *
 * <p>Starts at {@link #START} and at tick 0. Safe for use from several threads; what {@link #after}
 * scheduled runs on the thread that calls {@link #advance}.
 */
public final class FakeTicker implements LongSupplier, InstantSource {

  /** The wall clock's first instant. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final List<Due> due = new ArrayList<>();
  private long nanos;
  private long scheduled;

  /** Creates a ticker that stands at its start. */
  public FakeTicker() {}

  /** The time passed since the start, in nanoseconds. */
  @Override
  public synchronized long getAsLong() {
    return nanos;
  }

  @Override
  public Instant instant() {
    return START.plusNanos(getAsLong());
  }

  /**
   * Runs {@code action} once when {@code delay} from now has passed; zero and negative delays wait
   * for the next {@link #advance} too. Equal times run in the order of their scheduling.
   */
  public synchronized void after(Duration delay, Runnable action) {
    due.add(new Due(nanos + Math.max(0, delay.toNanos()), scheduled++, action));
  }

  /**
   * Moves time on by {@code step}, stopping at each scheduled moment on the way, those that were
   * scheduled by an action included.
   *
   * @throws IllegalArgumentException if {@code step} is negative
   */
  public void advance(Duration step) {
    if (step.isNegative()) {
      throw new IllegalArgumentException("time does not go back: " + step);
    }
    long target = getAsLong() + step.toNanos();
    Runnable action = next(target);
    while (action != null) {
      action.run();
      action = next(target);
    }
  }

  /** How many scheduled actions have not run yet. */
  public synchronized int pending() {
    return due.size();
  }

  private synchronized @Nullable Runnable next(long target) {
    Due first = due.stream().min(Due.ORDER).orElse(null);
    if (first == null || first.at > target) {
      nanos = target;
      return null;
    }
    due.remove(first);
    nanos = first.at;
    return first.action;
  }

  private record Due(long at, long order, Runnable action) {
    static final Comparator<Due> ORDER =
        Comparator.comparingLong(Due::at).thenComparingLong(Due::order);
  }
}
