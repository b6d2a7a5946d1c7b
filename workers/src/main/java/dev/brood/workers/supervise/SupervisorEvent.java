package dev.brood.workers.supervise;

import dev.brood.workers.fork.Notification;
import java.time.Duration;
import java.util.Optional;

/** Something that happened in a supervisor. Immutable. */
public sealed interface SupervisorEvent {
  /** The name of the supervisor, behind those above it: {@code main/web}. */
  String supervisor();

  /** Something that happened to one child. */
  sealed interface OfChild extends SupervisorEvent {
    /** Its id in its supervisor. */
    String child();
  }

  /**
   * A child waits for another before it is started.
   *
   * @param hopeless whether that cannot come true any more unless somebody starts the other
   */
  record Waiting(String supervisor, String child, Dependency dependency, boolean hopeless)
      implements OfChild {}

  /**
   * A child was started; it is not ready yet.
   *
   * @param run which run it is, from 1
   * @param pid of its process; 0 for a supervisor
   */
  record Started(String supervisor, String child, int run, long pid) implements OfChild {}

  /** A child is ready, so long after its start. */
  record Ready(String supervisor, String child, Duration after) implements OfChild {}

  /** A child is well: for the first time, or again. */
  record Healthy(String supervisor, String child) implements OfChild {}

  /** A child is not well; the action of its {@link Health} follows. */
  record Unhealthy(String supervisor, String child, String reason) implements OfChild {}

  /** A child has told something in the words of sd_notify(3). */
  record Notified(String supervisor, String child, Notification notification) implements OfChild {}

  /** A child is asked to end. */
  record Stopping(String supervisor, String child, String reason) implements OfChild {}

  /**
   * A run of a child has ended, or could not begin.
   *
   * @param asked whether the supervisor had asked it to end
   */
  record Ended(String supervisor, String child, Death death, boolean asked) implements OfChild {}

  /**
   * A child will be started again.
   *
   * @param deathsInRow how many deaths in a row there were; 0 if it is restarted with others
   * @param delay how long that waits at least
   */
  record Restarting(String supervisor, String child, int deathsInRow, Duration delay)
      implements OfChild {}

  /** A child has ended by itself, and is not restarted. */
  record Completed(String supervisor, String child, boolean success) implements OfChild {}

  /**
   * A child is not restarted although it should be.
   *
   * @param retryIn when it is tried once more; empty for never
   */
  record GivenUp(String supervisor, String child, String reason, Optional<Duration> retryIn)
      implements OfChild {}

  /** All children are stopped now, and the supervisor will end. */
  record ShuttingDown(String supervisor, SupervisorEnd reason) implements SupervisorEvent {}

  /** The supervisor has ended, with all of its children. Nothing follows. */
  record Finished(String supervisor, SupervisorEnd end) implements SupervisorEvent {}

  /** The listener was too slow, and that many events before this one were not told. */
  record EventsLost(String supervisor, long count) implements SupervisorEvent {}
}
