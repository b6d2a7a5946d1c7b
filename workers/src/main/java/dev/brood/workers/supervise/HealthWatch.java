package dev.brood.workers.supervise;

/** Looks at one child again and again. Thread-safe. */
final class HealthWatch implements AutoCloseable {
  /** Ends it without waiting. A look under way is broken off. Idempotent. */
  @Override
  public void close() {}
}
