package dev.brood.workers.pool;

import java.time.Duration;
import java.util.Optional;

/**
 * How one call is to be treated. Immutable.
 *
 * @param priority its place among the calls that wait
 * @param deadline how long it may take, waiting included; then it fails and the worker that runs it
 *     is stopped. Empty: as long as it takes
 * @param key what binds it to a slot, see {@link Balancing#BY_KEY}
 * @param idempotent whether it may run again, whole or in part, after its worker has died of it
 */
public record CallOptions(
    Priority priority, Optional<Duration> deadline, Optional<String> key, boolean idempotent) {
  /** Normal priority, no deadline, no key, not idempotent. */
  public static final CallOptions DEFAULT =
      new CallOptions(Priority.NORMAL, Optional.empty(), Optional.empty(), false);

  /** Checks the deadline. */
  public CallOptions {
    if (deadline.isPresent() && !deadline.get().isPositive()) {
      throw new IllegalArgumentException("a deadline is positive, not " + deadline.get());
    }
  }

  /** With another priority. */
  public CallOptions priority(Priority other) {
    return new CallOptions(other, deadline, key, idempotent);
  }

  /**
   * With a deadline, from the moment of the call.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public CallOptions deadline(Duration limit) {
    return new CallOptions(priority, Optional.of(limit), key, idempotent);
  }

  /** With a key. */
  public CallOptions key(String text) {
    return new CallOptions(priority, deadline, Optional.of(text), idempotent);
  }

  /** Whether it may run again after a worker has died of it. */
  public CallOptions idempotent(boolean repeatable) {
    return new CallOptions(priority, deadline, key, repeatable);
  }
}
