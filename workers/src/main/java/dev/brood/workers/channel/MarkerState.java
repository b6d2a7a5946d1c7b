package dev.brood.workers.channel;

import org.jspecify.annotations.Nullable;

/** What the file of a {@link Marker} says. */
public sealed interface MarkerState {
  /** There is no file. */
  record Absent() implements MarkerState {}

  /**
   * There is a file of another run.
   *
   * @param reason how that was seen
   */
  record Stale(String reason) implements MarkerState {}

  /**
   * The run is done.
   *
   * @param body what the writer had to say; the text of a file that is no marker of Brood's
   * @param pid who wrote it; 0 if that is not known
   */
  record Complete(@Nullable Object body, long pid) implements MarkerState {}
}
