package dev.brood.workers.supervise;

import java.time.Duration;

/** How a child is stopped, with everything that it has started. Immutable. */
public sealed interface Shutdown {
  /** Asked, by its {@code StopPlan} or stop message, and killed when it has not gone by then. */
  record Within(Duration grace) implements Shutdown {
    /** Checks the time. */
    public Within {
      if (grace.isNegative()) {
        throw new IllegalArgumentException("a time to stop is not negative: " + grace);
      }
    }
  }

  /** Killed at once: OTP's brutal_kill. */
  record Kill() implements Shutdown {}

  /** Asked, and killed when it has not gone by then. */
  static Shutdown within(Duration grace) {
    return new Within(grace);
  }

  /** Killed at once. */
  static Shutdown kill() {
    return new Kill();
  }
}
