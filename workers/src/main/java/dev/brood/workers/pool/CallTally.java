package dev.brood.workers.pool;

/** How many calls of a pool have ended in which way, and how long they took. Thread-safe. */
final class CallTally {
  private long answered;
  private long answeredNanos;
  private long failed;
  private long failedNanos;

  /** A call has ended. */
  synchronized void done(long tookNanos, boolean withAnswer) {
    if (withAnswer) {
      answered++;
      answeredNanos += tookNanos;
    } else {
      failed++;
      failedNanos += tookNanos;
    }
  }

  synchronized CallCounts counts() {
    return new CallCounts(answered, answeredNanos, failed, failedNanos);
  }
}
