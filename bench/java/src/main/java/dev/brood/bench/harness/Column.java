package dev.brood.bench.harness;

/**
 * A figure of a measure.
 *
 * @param key its name in a contestant's JSON
 * @param heading its name in the tables, with the unit
 * @param decimals how many are shown
 * @param worst whether the largest of the rounds counts; otherwise their median
 */
record Column(String key, String heading, int decimals, boolean worst) {

  static Column median(String key, String heading, int decimals) {
    return new Column(key, heading, decimals, false);
  }

  static Column worst(String key, String heading, int decimals) {
    return new Column(key, heading, decimals, true);
  }
}
