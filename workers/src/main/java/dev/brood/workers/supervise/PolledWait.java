package dev.brood.workers.supervise;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;

/** Looks again and again until it passes. */
final class PolledWait implements ReadyWait {
  /** How long one try may take. */
  private static final Duration TRY_LIMIT = Duration.ofSeconds(5);

  private final Look look;
  private final long periodNanos;

  PolledWait(Look look, Duration period) {
    this.look = look;
    this.periodNanos = NANOSECONDS.convert(period);
  }

  @Override
  public ReadinessResult await(ProbedChild child, StartLimit limit) throws InterruptedException {
    String reason = "";
    for (long left = limit.leftNanos(); left > 0; left = limit.leftNanos()) {
      long began = System.nanoTime();
      Duration time = Duration.ofNanos(Math.min(left, TRY_LIMIT.toNanos()));
      ProbeResult result = look.tryToLook(time);
      if (limit.exited().isDone()) {
        return new ReadinessResult.Ended(); // whoever answered was somebody else
      }
      switch (result) {
        case ProbeResult.Passed() -> {
          return new ReadinessResult.Ready();
        }
        case ProbeResult.Failed(String why) -> {
          boolean cutShort = limit.leftNanos() <= 0; // by the limit, which is not the child's fault
          reason = cutShort && !reason.isEmpty() ? reason : why;
        }
      }
      long pause = Math.min(periodNanos - (System.nanoTime() - began), limit.leftNanos());
      if (limit.endsWithin(pause)) {
        return new ReadinessResult.Ended();
      }
    }
    return limit.passed(reason);
  }
}
