package dev.brood.process;

import dev.brood.process.internal.spawn.OsProcess.StopOutcome;
import java.time.Duration;
import java.util.List;

/**
 * What a stop did. Immutable.
 *
 * @param alreadyEnded whether nothing was left to stop
 * @param signals the signals sent, in order; {@link Signal#KILL} last if the plan was not enough
 * @param processes how many processes were signalled, the child included
 * @param survivors processes that live on: stuck in the kernel, or not ours to signal
 * @param duration how long it took
 */
public record StopReport(
    boolean alreadyEnded,
    List<Signal> signals,
    int processes,
    List<Long> survivors,
    Duration duration) {

  static StopReport of(StopOutcome outcome, long nanos) {
    return new StopReport(
        outcome.alreadyEnded(),
        outcome.signals().stream().map(Signal::of).toList(),
        outcome.signalled(),
        outcome.survivors(),
        Duration.ofNanos(nanos));
  }

  /** Whether SIGKILL was needed. */
  public boolean forced() {
    return signals.contains(Signal.KILL);
  }
}
