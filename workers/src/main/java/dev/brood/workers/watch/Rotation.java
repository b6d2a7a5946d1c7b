package dev.brood.workers.watch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Decides whose turn it is to be read in a way that is too dear for all at every pass. Each has its
 * turn after the time that was asked for or, where that would take more than a share of one core,
 * as often as the share allows. Not thread-safe.
 */
final class Rotation<T> {
  /** What is saved up while nothing is due, so that many at once do not make a long pass. */
  private static final Duration MOST_SAVED = Duration.ofSeconds(2);

  private final double share;
  private final long everyNanos;
  private final LongSupplier ticker;
  private final Predicate<T> gone;
  private final Deque<Turn<T>> turns = new ArrayDeque<>();

  /** Time that may be used, in nanoseconds; below zero after a reading that took long. */
  private double account;

  private long lastNanos;

  /** {@code due} is when the child may be read again. */
  private record Turn<T>(T child, long due) {}

  /**
   * One that uses at most {@code share} of one core.
   *
   * @param every the time between two readings of one child, if that is within the share
   * @param gone tells which children have no more turns
   */
  Rotation(double share, Duration every, LongSupplier ticker, Predicate<T> gone) {
    this.share = share;
    this.everyNanos = every.toNanos();
    this.ticker = ticker;
    this.gone = gone;
    this.lastNanos = ticker.getAsLong();
  }

  /** Gives a child its turns from now on, until it is gone. */
  void add(T child) {
    turns.addFirst(new Turn<>(child, ticker.getAsLong()));
  }

  /** Reads those who are due, as far as the share allows. */
  void turn(Consumer<T> read) {
    long begin = ticker.getAsLong();
    double most = share * MOST_SAVED.toNanos();
    account = Math.min(most, account + share * (begin - lastNanos));
    lastNanos = begin;
    long before = begin;
    for (int left = turns.size(); left > 0 && account >= 0; left--) {
      Turn<T> next = turns.removeFirst();
      if (gone.test(next.child)) {
        continue;
      }
      if (next.due - begin > 0) {
        turns.addFirst(next);
        return; // they are in the order of their turns
      }
      read.accept(next.child);
      turns.addLast(new Turn<>(next.child, begin + everyNanos));
      long now = ticker.getAsLong();
      account -= now - before;
      before = now;
    }
  }
}
