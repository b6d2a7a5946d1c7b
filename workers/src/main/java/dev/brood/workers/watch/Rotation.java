package dev.brood.workers.watch;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides whose turn it is to be read in a way that is too dear for all at every pass. Each has its
 * turn after the time that was asked for or, where that would take more than a share of one core,
 * as often as the share allows; whoever has waited longest is first. Children come and go from any
 * thread; one thread has the turns taken.
 */
final class Rotation<T> {
  /** What is saved up while nothing is due, so that many at once do not make a long pass. */
  private static final Duration MOST_SAVED = Duration.ofSeconds(2);

  private final double share;
  private final long everyNanos;
  private final LongSupplier ticker;
  private final long origin;
  private final TreeSet<Turn<T>> turns =
      new TreeSet<>(Comparator.<Turn<T>>comparingLong(Turn::due).thenComparingLong(Turn::number));
  private final Map<T, Turn<T>> byChild = new HashMap<>();
  private long lastNumber;

  /** Time that may be used, in nanoseconds; below zero after a reading that took long. */
  private double account;

  private long lastNanos;

  /** {@code due} is when the child may be read again; the numbers are in the order of asking. */
  private record Turn<T>(T child, long due, long number) {}

  /**
   * One that uses at most {@code share} of one core.
   *
   * @param every the time between two readings of one child, if that is within the share
   */
  Rotation(double share, Duration every, LongSupplier ticker) {
    this.share = share;
    this.everyNanos = Math.min(TimeUnit.NANOSECONDS.convert(every), Long.MAX_VALUE / 2);
    this.ticker = ticker;
    this.origin = ticker.getAsLong();
  }

  /** Gives a child its turns from now on, until it is removed. */
  synchronized void add(T child) {
    put(child, now());
  }

  /** The child has no more turns, and is not referred to any more. */
  synchronized void remove(T child) {
    Turn<T> turn = byChild.remove(child);
    if (turn != null) {
      turns.remove(turn);
    }
  }

  /** Reads those who are due, as far as the share allows. */
  void turn(Consumer<T> read) {
    long begin = now();
    double most = share * MOST_SAVED.toNanos();
    account = Math.min(most, account + share * (begin - lastNanos));
    lastNanos = begin;
    long before = begin;
    long last = number();
    while (account >= 0) {
      Turn<T> next = takeDue(begin, last);
      if (next == null) {
        return;
      }
      read.accept(next.child);
      long now = now();
      account -= now - before;
      before = now;
    }
  }

  private long now() {
    return ticker.getAsLong() - origin;
  }

  private synchronized long number() {
    return lastNumber;
  }

  /** Who is first, with a next turn already; null if nobody is due who asked before. */
  private synchronized @Nullable Turn<T> takeDue(long now, long last) {
    if (turns.isEmpty() || turns.first().due > now || turns.first().number > last) {
      return null;
    }
    Turn<T> next = turns.removeFirst();
    put(next.child, now + everyNanos);
    return next;
  }

  private void put(T child, long due) {
    Turn<T> turn = new Turn<>(child, due, ++lastNumber);
    turns.add(turn);
    byChild.put(child, turn);
  }
}
