package dev.brood.workers.watch;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How the resources of children are measured: CPU, memory, bytes read and written, descriptors,
 * processes, each for a child and all its descendants. Immutable; {@link #start} begins it.
 *
 * <p>One thread measures all children of a {@link RunningResources} in one pass over {@code /proc},
 * so make one for the whole program. A pass takes some 25 microseconds for each process of the
 * machine. What takes further files for each process is read in turns: descriptors and bytes within
 * 1 per cent of one core, proportional memory within 0.5 per cent, so that with few children they
 * are as fresh as the rest, and with a thousand some seconds old.
 */
public final class Resources {
  /** The shortest interval: the kernel counts CPU time in steps of 10 milliseconds. */
  public static final Duration LEAST_INTERVAL = Duration.ofMillis(20);

  /** The most children that one can watch, unless {@link #mostChildren} says otherwise. */
  public static final int USUAL_MOST_CHILDREN = 10_000;

  private static final Duration USUAL_PROPORTIONAL_EVERY = Duration.ofSeconds(5);

  private final Duration interval;
  private final Duration proportionalEvery;
  private final boolean alwaysProportional;
  private final int mostChildren;
  private final Consumer<WatchEvent> listener;

  private Resources(
      Duration interval,
      Duration proportionalEvery,
      boolean alwaysProportional,
      int mostChildren,
      Consumer<WatchEvent> listener) {
    this.interval = interval;
    this.proportionalEvery = proportionalEvery;
    this.alwaysProportional = alwaysProportional;
    this.mostChildren = mostChildren;
    this.listener = listener;
  }

  /**
   * Measures at that interval.
   *
   * @throws IllegalArgumentException if it is shorter than {@link #LEAST_INTERVAL}
   */
  public static Resources every(Duration interval) {
    if (interval.compareTo(LEAST_INTERVAL) < 0) {
      throw new IllegalArgumentException("the least interval is 20 ms, not " + interval);
    }
    return new Resources(
        interval, USUAL_PROPORTIONAL_EVERY, false, USUAL_MOST_CHILDREN, event -> {});
  }

  /**
   * Measures proportional memory of every child about that often. Otherwise it is measured every 5
   * seconds, only of children that have a threshold on it.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Resources proportionalEvery(Duration time) {
    if (!time.isPositive()) {
      throw new IllegalArgumentException("must be positive: " + time);
    }
    return new Resources(interval, time, true, mostChildren, listener);
  }

  /**
   * With another bound on the number of children.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Resources mostChildren(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("must be positive: " + count);
    }
    return new Resources(interval, proportionalEvery, alwaysProportional, count, listener);
  }

  /**
   * Tells {@code handler}, after those given before, of every event, in order, on a virtual thread.
   * One that is 4,096 events behind loses the newest, and is told how many.
   */
  public Resources onEvent(Consumer<? super WatchEvent> handler) {
    return new Resources(
        interval, proportionalEvery, alwaysProportional, mostChildren, listener.andThen(handler));
  }

  /**
   * Begins, with no child yet. Its thread ends with {@link RunningResources#close}.
   *
   * @throws java.io.UncheckedIOException if {@code /proc} cannot be read
   */
  public RunningResources start() {
    return new RunningResources(this);
  }

  Duration interval() {
    return interval;
  }

  Duration proportionalTime() {
    return proportionalEvery;
  }

  boolean alwaysProportional() {
    return alwaysProportional;
  }

  int childLimit() {
    return mostChildren;
  }

  Consumer<WatchEvent> listener() {
    return listener;
  }
}
