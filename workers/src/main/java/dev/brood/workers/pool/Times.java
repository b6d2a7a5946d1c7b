package dev.brood.workers.pool;

/** Times of the clock of a pool, in nanoseconds; {@link Long#MAX_VALUE} is never. */
final class Times {
  private Times() {}

  /** So long after a time; never, if no clock counts that far. */
  static long after(long time, long nanos) {
    long later = time + nanos;
    return nanos > 0 && later < time ? Long.MAX_VALUE : later;
  }
}
