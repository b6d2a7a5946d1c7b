package dev.brood.workers.watch;

import dev.brood.process.Signal;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Two marks of a figure, and what is done at the upper one. Immutable.
 *
 * <p>A level is reached when the figure has been at its mark or above for {@code readings} in a
 * row, and left when the figure is below {@code release} times the mark: so a figure that hovers
 * around a mark is told of once.
 *
 * @param figure what is measured
 * @param soft mark of {@link Level#SOFT}, in the unit of the figure
 * @param critical mark of {@link Level#CRITICAL}; when equal to {@code soft} there is no soft level
 * @param release above 0, at most 1; 0.9 at first
 * @param readings 1 to {@value #MOST_READINGS}; 1 at first
 * @param action what is done at the critical mark; {@link CriticalAction.Tell} at first
 */
public record Threshold(
    Figure figure,
    double soft,
    double critical,
    double release,
    int readings,
    CriticalAction action) {
  /** The most readings in a row that can be asked for. */
  public static final int MOST_READINGS = 1000;

  private static final double USUAL_RELEASE = 0.9;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of its range, or {@code soft} is above {@code
   *     critical}
   */
  public Threshold {
    if (!(soft > 0 && critical >= soft && Double.isFinite(critical))) {
      throw new IllegalArgumentException(
          "marks must be positive, soft not above critical: " + soft + ", " + critical);
    }
    if (!(release > 0 && release <= 1)) {
      throw new IllegalArgumentException("release must be above 0, at most 1: " + release);
    }
    if (readings < 1 || readings > MOST_READINGS) {
      throw new IllegalArgumentException("readings must be 1 to 1000: " + readings);
    }
  }

  /** A threshold that only tells. */
  public static Threshold of(Figure figure, double soft, double critical) {
    return new Threshold(figure, soft, critical, USUAL_RELEASE, 1, new CriticalAction.Tell());
  }

  /** A threshold with one mark, the critical one. */
  public static Threshold of(Figure figure, double critical) {
    return of(figure, critical, critical);
  }

  /** With another share of a mark below which its level is left. */
  public Threshold release(double share) {
    return new Threshold(figure, soft, critical, share, readings, action);
  }

  /** Only after that many readings in a row. */
  public Threshold after(int readingsInARow) {
    return new Threshold(figure, soft, critical, release, readingsInARow, action);
  }

  /** With another action at the critical mark. */
  public Threshold then(CriticalAction other) {
    return new Threshold(figure, soft, critical, release, readings, other);
  }

  /** Sends the child a signal at the critical mark. */
  public Threshold signal(Signal signal) {
    return then(new CriticalAction.Send(signal));
  }

  /** Stops the child and its tree at the critical mark, with that long before SIGKILL. */
  public Threshold stop(Duration grace) {
    return then(new CriticalAction.Stop(grace));
  }

  /** Calls code at the critical mark. */
  public Threshold run(Consumer<WatchedChild> code) {
    return then(new CriticalAction.Run(code));
  }
}
