package dev.brood.workers.supervise;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.Exit;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** What bounds the wait for one child to be ready: a time, and its end. */
final class StartLimit {
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

  /** The child has ended. */
  ReadinessResult.NotReady ended() {
    String how = exited.isCompletedExceptionally() ? "its exit is lost" : exited.join().toString();
    return new ReadinessResult.NotReady("it ended before it was ready: " + how);
  }
}
