package dev.brood.workers.supervise;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.Exit;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** What bounds the wait for one child to be ready: a time, and its end. */
final class StartLimit {
  /** By when an end is known whose first sign was a pipe or a channel that ended. */
  private static final long END_SEEN_NANOS = NANOSECONDS.convert(Duration.ofSeconds(2));

  private final Duration limit;
  private final long begin = System.nanoTime();
  private final CompletableFuture<Exit> exited;

  /** Begins now. */
  StartLimit(Duration limit, ProbedChild child) {
    this.limit = limit;
    this.exited = child.onExit();
  }

  /** Nothing or less when the time is up. */
  long leftNanos() {
    return NANOSECONDS.convert(limit) - (System.nanoTime() - begin);
  }

  CompletableFuture<Exit> exited() {
    return exited;
  }

  /**
   * The time is up.
   *
   * @param detail what is known besides; may be empty
   */
  ReadinessResult.NotReady passed(String detail) {
    String text = "it was not ready within " + Durations.text(limit);
    return new ReadinessResult.NotReady(detail.isEmpty() ? text : text + ": " + detail);
  }

  /** The sign cannot come any more, which may be the first that is seen of the child's end. */
  ReadinessResult failed(String reason) throws InterruptedException {
    return endsWithin(END_SEEN_NANOS)
        ? new ReadinessResult.Ended()
        : new ReadinessResult.NotReady(reason);
  }

  /** Waits for the end of the child, that long at most; whether it has ended. */
  boolean endsWithin(long nanos) throws InterruptedException {
    try {
      Exit unused = exited.get(Math.max(0, nanos), NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true; // nobody knows how
    }
  }
}
