package dev.brood.workers.watch;

/** Where a figure stands between its marks, from good to bad. */
public enum Level {
  /** Below the soft mark. */
  NORMAL,
  /** At the soft mark or above: worth knowing. */
  SOFT,
  /** At the critical mark or above: something is done. */
  CRITICAL
}
