package dev.brood.workers.watch;

/** Something that was seen of a child that is watched. Immutable. */
public sealed interface WatchEvent permits HeartbeatEvent, ProgressEvent, CheckpointEvent {
  /** The name under which the child is watched. */
  String name();

  /** Its process id; after its end the system may give it to a stranger. */
  long pid();
}
