package dev.brood.workers.watch;

/** Decides which level a figure is on, from one reading after the other. Not thread-safe. */
final class LevelCore {
  private final Threshold threshold;
  private Level level = Level.NORMAL;

  /** How many of the last readings, one after the other, were at a mark or above. */
  private int softInARow;

  private int criticalInARow;

  LevelCore(Threshold threshold) {
    this.threshold = threshold;
  }

  Threshold threshold() {
    return threshold;
  }

  Level level() {
    return level;
  }

  /** Takes a reading, and tells the level from now on. */
  Level observe(double value) {
    softInARow = value >= threshold.soft() ? Math.min(softInARow + 1, threshold.readings()) : 0;
    criticalInARow =
        value >= threshold.critical() ? Math.min(criticalInARow + 1, threshold.readings()) : 0;
    Level held = held(value);
    Level reached = reached();
    level = reached.compareTo(held) > 0 ? reached : held;
    return level;
  }

  /** The level that the figure does not leave yet. */
  private Level held(double value) {
    boolean critical = value >= threshold.critical() * threshold.release();
    boolean soft = value >= threshold.soft() * threshold.release();
    return switch (level) {
      case NORMAL -> Level.NORMAL;
      case SOFT -> soft ? Level.SOFT : Level.NORMAL;
      case CRITICAL -> critical ? Level.CRITICAL : soft ? Level.SOFT : Level.NORMAL;
    };
  }

  private Level reached() {
    if (criticalInARow >= threshold.readings()) {
      return Level.CRITICAL;
    }
    return softInARow >= threshold.readings() ? Level.SOFT : Level.NORMAL;
  }
}
