package dev.brood.workers.watch;

import dev.brood.process.Child;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A child whose resources are measured, until it ends or {@link #close} is called. Thread-safe.
 *
 * <p>Closing it leaves the child itself alone.
 */
public final class WatchedChild implements AutoCloseable {
  private final String name;
  private final Child child;
  private final TreeMeter meter;
  private final List<LevelCore> cores;
  private final Consumer<WatchedChild> onClose;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Map<Figure, Double> peaks = new EnumMap<>(Figure.class);
  private final Map<Figure, Level> levels = new EnumMap<>(Figure.class);
  private volatile @Nullable Sample latest;

  /** One on a machine with that many CPUs. */
  WatchedChild(
      String name,
      Child child,
      Collection<Threshold> thresholds,
      int cpus,
      Consumer<WatchedChild> onClose) {
    this.name = name;
    this.child = child;
    this.meter = new TreeMeter(child.pid(), cpus);
    this.cores = thresholds.stream().map(LevelCore::new).toList();
    this.onClose = onClose;
  }

  /** The name under which the child is watched. */
  public String name() {
    return name;
  }

  /** The child. */
  public Child child() {
    return child;
  }

  /** The last sample; empty before the first. */
  public Optional<Sample> latest() {
    return Optional.ofNullable(latest);
  }

  /** The highest value of a figure so far; empty while it is not known. */
  public OptionalDouble peak(Figure figure) {
    synchronized (peaks) {
      Double peak = peaks.get(figure);
      return peak == null ? OptionalDouble.empty() : OptionalDouble.of(peak);
    }
  }

  /** The worst level that the figure's thresholds are on now. */
  public Level level(Figure figure) {
    synchronized (peaks) {
      return levels.getOrDefault(figure, Level.NORMAL);
    }
  }

  /** Whether it is not measured any more. */
  public boolean isClosed() {
    return closed.get();
  }

  /**
   * Ends the measuring. Idempotent. No action begins any more when this has returned; one that is
   * under way goes on.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      onClose.accept(this);
    }
  }

  @Override
  public String toString() {
    return "WatchedChild[" + child + "]";
  }

  /** For the sampler's thread only, as the cores are. */
  TreeMeter meter() {
    return meter;
  }

  List<LevelCore> cores() {
    return cores;
  }

  void take(Sample sample) {
    latest = sample;
    synchronized (peaks) {
      for (Figure figure : Figure.values()) {
        sample.value(figure).ifPresent(value -> peaks.merge(figure, value, Math::max));
      }
    }
  }

  void noteLevels() {
    synchronized (peaks) {
      levels.clear();
      for (LevelCore core : cores) {
        levels.merge(
            core.threshold().figure(), core.level(), (a, b) -> a.compareTo(b) >= 0 ? a : b);
      }
    }
  }
}
