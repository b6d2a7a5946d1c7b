package dev.brood.workers.pool;

import java.util.function.IntToLongFunction;

/**
 * What {@link PoolCore} goes by; times in nanoseconds.
 *
 * @param minimum how many workers there are at least
 * @param maximum how many take calls at most
 * @param spares how many are kept up beyond those at work, within the maximum
 * @param concurrency how many calls a worker runs at once
 * @param ahead how many further calls wait in its channel; only if it runs one at a time
 * @param queueLimit how many calls wait at most
 * @param poisonAfter how many workers may end with a call in their hands
 * @param giveUpAfter after how many failed starts in a row calls do not wait for a worker any more
 * @param growNanos how old the oldest call in the queue is when one more worker is started
 * @param idleNanos how long a worker above the minimum is kept that has nothing to do
 * @param startNanos how long a worker has to come up
 * @param neighbourNanos how long the other calls of a worker have that is to be stopped
 * @param backoff how long to wait after so many failures in a row: starts of workers, or deaths of
 *     workers by one call
 */
record PoolRules(
    int minimum,
    int maximum,
    int spares,
    int concurrency,
    int ahead,
    Balancing balancing,
    int queueLimit,
    WhenQueueFull whenFull,
    int poisonAfter,
    int giveUpAfter,
    long growNanos,
    long idleNanos,
    long startNanos,
    long neighbourNanos,
    Recycling recycling,
    IntToLongFunction backoff) {

  boolean serial() {
    return concurrency == 1;
  }

  boolean keyed() {
    return balancing == Balancing.BY_KEY;
  }

  /** How many calls a worker has at most, begun or not. */
  int mostCalls() {
    return (int) Math.min(Integer.MAX_VALUE, (long) concurrency + ahead);
  }

  /** No more processes than this at a time, those that are being stopped included. */
  int mostProcesses() {
    return (int) Math.min(Integer.MAX_VALUE, 2L * maximum + 1);
  }
}
