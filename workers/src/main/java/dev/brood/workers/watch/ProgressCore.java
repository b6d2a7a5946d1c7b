package dev.brood.workers.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Puts reports together and estimates the end. Knows no clock: times are of one monotonic clock, in
 * nanoseconds.
 */
final class ProgressCore {
  private static final int MOST_SAMPLES = 64;
  private static final double WHOLE = 100;

  /** When which percentage was reached first. */
  private record Sample(long at, double percent) {}

  private final long begin;
  private final List<Sample> samples = new ArrayList<>();
  private OptionalDouble percent = OptionalDouble.empty();
  private Optional<String> phase = Optional.empty();
  private Optional<String> message = Optional.empty();
  private long movedAt;

  ProgressCore(long now) {
    begin = now;
    movedAt = now;
  }

  /** Takes in what a child says; whether that is anything new. */
  boolean report(ProgressReport report, long now) {
    OptionalDouble oldPercent = percent;
    Optional<String> oldPhase = phase;
    Optional<String> oldMessage = message;
    if (report.phase().isPresent() && !report.phase().equals(phase)) {
      phase = report.phase();
      message = Optional.empty();
    }
    message = report.message().isPresent() ? report.message() : message;
    if (report.percent().isPresent()) {
      percent = report.percent();
      sample(new Sample(now, percent.getAsDouble()));
    }
    boolean moved =
        !percent.equals(oldPercent) || !phase.equals(oldPhase) || !message.equals(oldMessage);
    movedAt = moved ? now : movedAt;
    return moved;
  }

  /** How it stands at that time. */
  Progress at(long now) {
    return new Progress(
        percent,
        phase,
        message,
        Duration.ofNanos(now - begin),
        Duration.ofNanos(now - movedAt),
        remaining(now));
  }

  private void sample(Sample next) {
    if (!samples.isEmpty()) {
      double last = samples.getLast().percent;
      if (next.percent == last) {
        return;
      }
      if (next.percent < last) {
        samples.clear(); // it has begun again, with another phase perhaps
      }
    }
    if (samples.size() == MOST_SAMPLES) {
      thin();
    }
    samples.add(next);
  }

  /** Drops every second one: what is left still reaches back to the first. */
  private void thin() {
    List<Sample> kept = new ArrayList<>();
    for (int i = 0; i < samples.size(); i += 2) {
      kept.add(samples.get(i));
    }
    samples.clear();
    samples.addAll(kept);
  }

  private Optional<Duration> remaining(long now) {
    if (percent.isPresent() && percent.getAsDouble() >= WHOLE) {
      return Optional.of(Duration.ZERO);
    }
    if (samples.size() < 2) {
      return Optional.empty();
    }
    Sample last = samples.getLast();
    int from = laterHalf(last);
    Sample reference = samples.get(from);
    double nanosPerPercent = (last.at - reference.at) / (last.percent - reference.percent);
    double left = (WHOLE - last.percent) * nanosPerPercent;
    double step = (double) (last.at - reference.at) / (samples.size() - 1 - from);
    double since = now - last.at;
    double overdue = Math.max(0, since - step);
    double slower = overdue * (WHOLE - last.percent) / (last.percent - reference.percent);
    double nanos = left - Math.min(since, step) + slower;
    return Optional.of(Duration.ofNanos(Math.round(Math.max(0, nanos)))); // rounds to what fits
  }

  /** Where the later half of the time from the first sample to the last begins. */
  private int laterHalf(Sample last) {
    long middle = samples.getFirst().at + (last.at - samples.getFirst().at) / 2;
    int from = 0;
    while (from + 2 < samples.size() && samples.get(from + 1).at <= middle) {
      from++;
    }
    return from;
  }
}
