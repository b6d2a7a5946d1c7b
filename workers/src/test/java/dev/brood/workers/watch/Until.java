package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for facts that nobody announces. */
final class Until {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long STEP_NANOS = 5_000_000;

  private Until() {}

  static void holds(BooleanSupplier fact) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!fact.getAsBoolean() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(STEP_NANOS);
    }
    assertThat(fact.getAsBoolean()).as("within " + LIMIT).isTrue();
  }
}
