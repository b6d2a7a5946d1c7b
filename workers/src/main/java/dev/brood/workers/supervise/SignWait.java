package dev.brood.workers.supervise;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Waits until somebody gives a sign. Thread-safe. */
final class SignWait implements ReadyWait {
  private final CompletableFuture<Void> sign;
  private volatile long extendedUntil = System.nanoTime();

  /**
   * @param sign completed when the child is ready; fails if it cannot be any more, with a reason
   */
  SignWait(CompletableFuture<Void> sign) {
    this.sign = sign;
  }

  /** The sign comes. */
  void give() {
    sign.complete(null);
  }

  boolean isGiven() {
    return sign.isDone();
  }

  /** Makes the wait last for that long from now at least. */
  void extend(Duration time) {
    extendedUntil = System.nanoTime() + NANOSECONDS.convert(time);
  }

  @Override
  public ReadinessResult await(ProbedChild child, StartLimit limit) throws InterruptedException {
    CompletableFuture<Object> either = CompletableFuture.anyOf(sign, limit.exited());
    while (!either.isDone()) {
      long left = Math.max(limit.leftNanos(), extendedUntil - System.nanoTime());
      if (left <= 0) {
        return limit.passed("");
      }
      try {
        either.get(left, NANOSECONDS);
      } catch (TimeoutException | ExecutionException e) {
        // Which of the two it was is seen below, and whether there is more time above.
      }
    }
    if (sign.isCompletedExceptionally()) {
      return limit.failed(String.valueOf(sign.exceptionNow().getMessage()));
    }
    return sign.isDone() ? new ReadinessResult.Ready() : new ReadinessResult.Ended();
  }
}
