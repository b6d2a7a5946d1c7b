package dev.brood.workers.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What children of each kind were seen to need at most: the last {@value #KEPT_PEAKS} of each of
 * the last {@value #KEPT_KINDS} kinds. Not thread-safe.
 */
final class LearnedNeeds {
  static final int KEPT_PEAKS = 32;
  static final int KEPT_KINDS = 256;

  private static final double QUANTILE = 0.95;

  private final long firstNeed;
  private final Map<String, Deque<Long>> peaks = new LinkedHashMap<>(16, 0.75F, true);

  LearnedNeeds(long firstNeed) {
    this.firstNeed = firstNeed;
  }

  void learn(String kind, long peakBytes) {
    Deque<Long> known = peaks.computeIfAbsent(kind, unknown -> new ArrayDeque<>());
    if (known.size() == KEPT_PEAKS) {
      known.removeFirst();
    }
    known.addLast(peakBytes);
    if (peaks.size() > KEPT_KINDS) {
      peaks.remove(peaks.keySet().iterator().next());
    }
  }

  /** What 95 of 100 of this kind stay within. */
  long expected(String kind) {
    Deque<Long> known = peaks.get(kind);
    if (known == null) {
      return firstNeed;
    }
    long[] sorted = known.stream().mapToLong(Long::longValue).sorted().toArray();
    return sorted[(int) Math.ceil(QUANTILE * sorted.length) - 1];
  }
}
