package dev.brood.workers.pool;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * When a worker is replaced by a fresh one. Immutable.
 *
 * @param afterCalls it gets no more than so many
 * @param afterAge it is replaced when it is so old; the new one comes up first
 * @param aboveResidentBytes it is replaced when its process has more resident memory than that,
 *     looked at each second from outside; the new one comes up first, unless {@link
 *     PoolSpec#admission} refuses it: then the old one goes first
 * @param overlap whether the replacement may start while the old one still works, so that the pool
 *     has one more worker than its maximum for that long
 */
public record Recycling(
    OptionalLong afterCalls,
    Optional<Duration> afterAge,
    OptionalLong aboveResidentBytes,
    boolean overlap) {
  /** Workers live until they are idle for too long. */
  public static final Recycling NEVER =
      new Recycling(OptionalLong.empty(), Optional.empty(), OptionalLong.empty(), true);

  /** A fresh process for each call, and never more of them than the maximum of the pool. */
  public static final Recycling FRESH =
      new Recycling(OptionalLong.of(1), Optional.empty(), OptionalLong.empty(), false);

  /** Checks the figures. */
  public Recycling {
    if (afterCalls.isPresent() && afterCalls.getAsLong() < 1
        || afterAge.isPresent() && !afterAge.get().isPositive()
        || aboveResidentBytes.isPresent() && aboveResidentBytes.getAsLong() < 1) {
      throw new IllegalArgumentException("the limits of a worker are positive");
    }
  }

  /** No more than so many calls for one worker. */
  public Recycling afterCalls(long calls) {
    return new Recycling(OptionalLong.of(calls), afterAge, aboveResidentBytes, overlap);
  }

  /** A new worker for one that is so old. */
  public Recycling afterAge(Duration age) {
    return new Recycling(afterCalls, Optional.of(age), aboveResidentBytes, overlap);
  }

  /** A new worker for one that has more memory than that. */
  public Recycling aboveResidentBytes(long bytes) {
    return new Recycling(afterCalls, afterAge, OptionalLong.of(bytes), overlap);
  }
}
