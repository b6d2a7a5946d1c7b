package dev.brood.daemon.config;

import java.time.Duration;
import java.util.Optional;

/**
 * How an app is known to have come up. Immutable.
 *
 * @param sign what tells it
 * @param limit how long that may take; empty for the supervisor's own default
 * @param period from one try to the next, where it has to be tried; empty likewise
 */
public record ReadyCheck(Sign.OfReady sign, Optional<Duration> limit, Optional<Duration> period) {
  /** Ready with its start. */
  static final ReadyCheck STARTED = of(new Sign.Started());

  static ReadyCheck of(Sign.OfReady sign) {
    return new ReadyCheck(sign, Optional.empty(), Optional.empty());
  }
}
