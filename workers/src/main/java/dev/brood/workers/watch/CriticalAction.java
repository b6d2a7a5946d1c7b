package dev.brood.workers.watch;

import dev.brood.process.Signal;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What is done when a figure becomes critical, besides the event. Each runs on a virtual thread of
 * its own, once for each time that the figure gets there. Immutable.
 */
public sealed interface CriticalAction {
  /** Nothing but the event. */
  record Tell() implements CriticalAction {}

  /** Sends the child itself a signal, for instance USR1 to one that writes a checkpoint then. */
  record Send(Signal signal) implements CriticalAction {}

  /**
   * Stops the child and its tree. A supervisor that the child belongs to starts it again, if its
   * restart says so.
   *
   * @param grace time between SIGTERM and SIGKILL
   */
  record Stop(Duration grace) implements CriticalAction {
    /** Checks the time. */
    public Stop {
      if (grace.isNegative()) {
        throw new IllegalArgumentException("grace must not be negative: " + grace);
      }
    }
  }

  /** Calls code, for instance to restart the child in the way that its owner knows. */
  record Run(Consumer<WatchedChild> code) implements CriticalAction {}
}
