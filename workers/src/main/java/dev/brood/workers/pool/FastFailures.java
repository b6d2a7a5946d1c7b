package dev.brood.workers.pool;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the worker that is broken in a way that makes it fast: it fails each call at once, is free
 * again first, and so would get most of all calls.
 */
final class FastFailures {
  /** How many failures in a row make a worker suspect. */
  static final int IN_A_ROW = 5;

  /** How many answers of others there must be to compare with. */
  static final int FEWEST_ANSWERS = 5;

  /** How much faster it is than the median of the others' answers. */
  static final int FASTER = 4;

  private static final int KEPT = 64;

  private final long[] nanos = new long[KEPT];
  private final @Nullable Member[] whose = new @Nullable Member[KEPT];
  private long count;

  /** A good answer. */
  void answered(Member member, long tookNanos) {
    member.failuresInARow = 0;
    member.failureNanos = 0;
    int place = (int) (count++ % KEPT);
    nanos[place] = tookNanos;
    whose[place] = member;
  }

  /** An error; true if the worker should get no more calls. */
  boolean failed(Member member, long tookNanos) {
    member.failuresInARow++;
    member.failureNanos += tookNanos;
    if (member.failuresInARow < IN_A_ROW) {
      return false;
    }
    long[] others = new long[KEPT];
    int found = 0;
    for (int place = 0; place < Math.min(count, KEPT); place++) {
      if (whose[place] != member) {
        others[found++] = nanos[place];
      }
    }
    if (found < FEWEST_ANSWERS) {
      return false;
    }
    Arrays.sort(others, 0, found);
    return member.failureNanos / member.failuresInARow < others[found / 2] / FASTER;
  }

  /** It has ended: nobody needs to be kept in memory for its answers. */
  void forget(Member member) {
    for (int place = 0; place < KEPT; place++) {
      if (whose[place] == member) {
        whose[place] = null;
      }
    }
  }
}
