package dev.brood.workers.watch;

/**
 * Something that was seen of children that are watched, or decided about one more. Immutable. One
 * listener may be told by any number of watchers, each on a thread of its own.
 */
public sealed interface WatchEvent
    permits WatchEvent.OfChild, WatchEvent.EventsLost, ResourceEvent, AdmissionEvent {
  /** Something about one child. */
  sealed interface OfChild extends WatchEvent
      permits HeartbeatEvent, ProgressEvent, CheckpointEvent, ResourceEvent.OfChild {
    /** The name under which the child is watched. */
    String name();

    /** Its process id; after its end the system may give it to a stranger. */
    long pid();
  }

  /**
   * The listener was too slow, and that many events of one watcher before this one were not told.
   *
   * @param watcher what they were about: {@code heartbeats}, {@code resources}, {@code admission},
   *     {@code checkpoints}
   */
  record EventsLost(String watcher, long count) implements WatchEvent {}
}
