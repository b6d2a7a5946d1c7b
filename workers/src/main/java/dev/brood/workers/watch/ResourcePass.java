package dev.brood.workers.watch;

import dev.brood.process.observe.ProcessTable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.OptionalDouble;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What is done at each interval: samples out of a table of all processes, levels out of samples.
 * Told the time and where figures come from, it reads no clock and starts nothing. Children begin
 * and end on any thread; one thread has the passes run.
 */
final class ResourcePass {
  /** Of one core, for descriptors and bytes read and written. */
  static final double DETAIL_SHARE = 0.01;

  /** Of one core, for proportional memory. */
  static final double PROPORTIONAL_SHARE = 0.005;

  private final TreeMeter.Details source;
  private final LongSupplier ticker;
  private final Consumer<ResourceEvent> events;
  private final BiConsumer<WatchedChild, Threshold> actions;
  private final Rotation<WatchedChild> details;
  private final Rotation<WatchedChild> proportional;

  /**
   * One that is told about no child yet.
   *
   * @param events takes what is noticed
   * @param actions carries out what a threshold wants done
   */
  ResourcePass(
      TreeMeter.Details source,
      LongSupplier ticker,
      Duration proportionalEvery,
      Consumer<ResourceEvent> events,
      BiConsumer<WatchedChild, Threshold> actions) {
    this.source = source;
    this.ticker = ticker;
    this.events = events;
    this.actions = actions;
    this.details = new Rotation<>(DETAIL_SHARE, Duration.ZERO, ticker);
    this.proportional = new Rotation<>(PROPORTIONAL_SHARE, proportionalEvery, ticker);
  }

  /** From now on the child has its turns at the dearer figures. */
  void begin(WatchedChild child, boolean withProportional) {
    details.add(child);
    if (withProportional) {
      proportional.add(child);
    }
  }

  /** The child has no more turns. */
  void end(WatchedChild child) {
    details.remove(child);
    proportional.remove(child);
  }

  void run(ProcessTable table, Instant now, Collection<WatchedChild> children) {
    for (WatchedChild child : children) {
      Sample sample = child.isClosed() ? null : child.meter().sample(table, now);
      if (sample != null) {
        child.take(sample);
        judge(child, sample);
      }
    }
    details.turn(child -> child.meter().readDetails(source, ticker.getAsLong()));
    proportional.turn(child -> child.meter().readProportional(source));
  }

  private void judge(WatchedChild child, Sample sample) {
    for (LevelCore core : child.cores()) {
      if (child.isClosed()) {
        return;
      }
      Threshold threshold = core.threshold();
      OptionalDouble value = sample.value(threshold.figure());
      if (value.isEmpty()) {
        if (child.meter().firstUnreadable(threshold.figure())) {
          events.accept(new ResourceEvent.Unreadable(child, threshold.figure()));
        }
        continue;
      }
      Level before = core.level();
      Level level = core.observe(value.getAsDouble());
      if (level != before) {
        child.noteLevels();
        events.accept(
            new ResourceEvent.LevelChanged(
                child, threshold.figure(), before, level, value.getAsDouble(), sample));
        if (level == Level.CRITICAL && !child.isClosed()) {
          actions.accept(child, threshold);
        }
      }
    }
  }
}
