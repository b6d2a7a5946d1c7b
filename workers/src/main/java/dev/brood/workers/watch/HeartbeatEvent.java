package dev.brood.workers.watch;

import dev.brood.process.StopReport;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** Something about the signs of life of a child. Immutable. */
public sealed interface HeartbeatEvent extends WatchEvent.OfChild {
  /**
   * It has given none of the signs that count for longer than the limit. Nothing is done to it by
   * that alone.
   *
   * @param silence how long
   * @param limit the limit that it passed
   * @param ago how long ago each sign was seen last, those that do not count included; a sign that
   *     was never seen is missing. What is seen from outside is looked for only once the child has
   *     been silent for a quarter of the limit
   */
  record Stalled(String name, long pid, Duration silence, Duration limit, Map<Sign, Duration> ago)
      implements HeartbeatEvent {
    /** Copies the map. */
    public Stalled {
      ago = Map.copyOf(ago);
    }

    /** What moved last; empty if nothing ever did. */
    public Optional<Sign> movedLast() {
      return ago.entrySet().stream()
          .min(Comparator.comparing(Map.Entry::getValue))
          .map(Map.Entry::getKey);
    }
  }

  /** A sign that counts has come after all. */
  record Recovered(String name, long pid, Duration silence) implements HeartbeatEvent {}

  /**
   * It was made to show what it is at.
   *
   * @param text what the kernel told, or that the signal was sent: the answer is in its output
   *     then; or why there is no dump
   */
  record Dumped(String name, long pid, String text) implements HeartbeatEvent {}

  /** It was silent for so long that it is being stopped, with its whole tree. */
  record Stopping(String name, long pid, Duration silence) implements HeartbeatEvent {}

  /** That stop is done. */
  record Stopped(String name, long pid, StopReport report) implements HeartbeatEvent {}
}
