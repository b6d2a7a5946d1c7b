package dev.brood.workers.watch;

import java.util.Arrays;

/** The last gaps between signs of life, and nearly the longest of them. */
final class GapWindow {
  private static final int KEPT = 100;
  private static final int ENOUGH = 20;
  private static final int PER_CENT = 99;

  private final long[] gaps = new long[KEPT];
  private int count;
  private int next;
  private long high;

  void add(long nanos) {
    gaps[next] = nanos;
    next = (next + 1) % KEPT;
    count = Math.min(count + 1, KEPT);
    long[] sorted = Arrays.copyOf(gaps, count);
    Arrays.sort(sorted);
    high = sorted[(count * PER_CENT + 99) / 100 - 1];
  }

  /** Whether there are enough to judge by. */
  boolean known() {
    return count >= ENOUGH;
  }

  /** What 99 of 100 gaps do not exceed, in nanoseconds. */
  long high() {
    return high;
  }
}
