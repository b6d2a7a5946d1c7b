package dev.brood.workers.watch;

import java.time.Duration;

/** Something about the checkpoints of a child. Immutable. */
public sealed interface CheckpointEvent extends WatchEvent.OfChild {
  /** It was asked to save itself. */
  record Asked(String name, long pid) implements CheckpointEvent {}

  /** It has saved itself, and that is kept. */
  record Taken(String name, long pid, Checkpoint checkpoint) implements CheckpointEvent {}

  /** It was asked and has not saved itself until it was to be asked again. */
  record Missed(String name, long pid, Duration since) implements CheckpointEvent {}

  /** What it saved could not be kept. */
  record Failed(String name, long pid, String reason) implements CheckpointEvent {}
}
