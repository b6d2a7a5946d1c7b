package dev.brood.workers.watch;

import java.time.Duration;
import java.util.Optional;

/** Something that was noticed while resources were measured. Immutable. */
public sealed interface ResourceEvent extends WatchEvent {
  /** Something about one child. */
  sealed interface OfChild extends ResourceEvent, WatchEvent.OfChild {
    /** The child, and what is known of it. */
    WatchedChild child();

    @Override
    default String name() {
      return child().name();
    }

    @Override
    default long pid() {
      return child().child().pid();
    }
  }

  /** A figure of a child has reached another level. */
  record LevelChanged(
      WatchedChild child, Figure figure, Level before, Level now, double value, Sample sample)
      implements OfChild {}

  /**
   * The action of a critical level is done.
   *
   * @param failure why it failed; empty if it did not
   */
  record Acted(WatchedChild child, Figure figure, CriticalAction action, Optional<String> failure)
      implements OfChild {}

  /** A threshold can do nothing: this machine or this user may not read the figure of the child. */
  record Unreadable(WatchedChild child, Figure figure) implements OfChild {}

  /** A child has ended, or is not watched any more; its peaks stay readable. */
  record Ended(WatchedChild child) implements OfChild {}

  /** Measuring takes longer than the interval; told once, until it does not. */
  record Slow(Duration took, Duration interval) implements ResourceEvent {}

  /** Nothing could be measured, for instance for want of descriptors; told once, until it can. */
  record NotMeasured(String reason) implements ResourceEvent {}
}
