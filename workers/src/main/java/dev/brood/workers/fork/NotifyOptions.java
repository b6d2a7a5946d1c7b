package dev.brood.workers.fork;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a {@link NotifySocket} is set up. Immutable.
 *
 * @param path where the socket file is made; empty: a random name of the abstract namespace, which
 *     needs no file and no clean-up, but is not seen from another network namespace
 * @param storeLimit how many descriptors are kept for the child at most; 0: none
 * @param user a user id that may send besides this process's own and root, for a child that runs as
 *     somebody else
 * @param watchdog how long the child may be silent, told to it as {@code WATCHDOG_USEC}; it should
 *     send {@code WATCHDOG=1} twice as often
 */
public record NotifyOptions(
    Optional<Path> path, int storeLimit, OptionalInt user, Optional<Duration> watchdog) {
  /** An abstract name, 128 descriptors, nobody else, no watchdog. */
  public static final NotifyOptions DEFAULT =
      new NotifyOptions(Optional.empty(), 128, OptionalInt.empty(), Optional.empty());

  /** Checks the limits. */
  public NotifyOptions {
    if (storeLimit < 0) {
      throw new IllegalArgumentException("a store limit is 0 or more, not " + storeLimit);
    }
    if (watchdog.isPresent() && watchdog.get().compareTo(Duration.ofNanos(1000)) < 0) {
      throw new IllegalArgumentException(
          "a watchdog time is at least a microsecond, not " + watchdog.get());
    }
  }

  /** With a socket file; it must not exist, and is removed when the socket is closed. */
  public NotifyOptions path(Path file) {
    return new NotifyOptions(Optional.of(file.toAbsolutePath()), storeLimit, user, watchdog);
  }

  /** With another bound on the kept descriptors. */
  public NotifyOptions storeLimit(int limit) {
    return new NotifyOptions(path, limit, user, watchdog);
  }

  /** With one more user who may send. */
  public NotifyOptions user(int userId) {
    return new NotifyOptions(path, storeLimit, OptionalInt.of(userId), watchdog);
  }

  /** With a watchdog time. */
  public NotifyOptions watchdog(Duration time) {
    return new NotifyOptions(path, storeLimit, user, Optional.of(time));
  }
}
