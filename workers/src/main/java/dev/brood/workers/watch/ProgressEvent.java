package dev.brood.workers.watch;

/** Something about the progress of a child. Immutable. */
public sealed interface ProgressEvent extends WatchEvent.OfChild {
  /** It has got on; of several steps in short order only the last is told. */
  record Moved(String name, long pid, Progress progress) implements ProgressEvent {}
}
