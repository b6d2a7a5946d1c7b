package dev.brood.workers.supervise;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.util.ArrayDeque;
import java.util.Deque;

/** The restarts of the last period. Never keeps more of them than are allowed. */
final class RestartWindow {
  private final Intensity intensity;
  private final Deque<Long> times = new ArrayDeque<>();

  RestartWindow(Intensity intensity) {
    this.intensity = intensity;
  }

  /** Counts a restart; false, and nothing counted, if it is one too many. */
  boolean add(long now) {
    long period = NANOSECONDS.convert(intensity.period());
    while (!times.isEmpty() && now - times.getFirst() >= period) {
      times.removeFirst();
    }
    if (times.size() >= intensity.restarts()) {
      return false;
    }
    times.addLast(now);
    return true;
  }
}
