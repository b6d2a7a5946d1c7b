package dev.brood.bench.harness;

import java.util.List;

/**
 * A contestant in one measure.
 *
 * @param name as the tables show it
 * @param command starts it
 * @param warms whether it gets faster while it runs, so that its first rounds do not count
 */
record Entry(String name, List<String> command, boolean warms) {
  static final String VIRTUAL = " (virtual)";
  static final String BROOD = "Brood";

  boolean isBrood() {
    return name.startsWith(BROOD);
  }
}
