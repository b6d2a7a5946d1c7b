package dev.brood.workers.supervise;

import java.time.Duration;

/** By what a child is known to be well. */
sealed interface HealthSign {
  /** Nobody looks. */
  record None() implements HealthSign {}

  /** By its answer to a request on its channel. */
  record Ping() implements HealthSign {}

  /** By {@code WATCHDOG=1} of sd_notify(3), at least that often. */
  record Watchdog(Duration silence) implements HealthSign {}

  /** By a probe that passes. */
  record Probed(Probe probe) implements HealthSign {}
}
