package dev.brood.bench.harness;

import java.util.List;

/**
 * One thing to measure.
 *
 * @param name for {@code --only}
 * @param title for the page
 * @param text what happens in a round
 * @param modes in which it is measured
 * @param effort how long
 * @param entries the contestants in the order of their turns, Brood first
 * @param columns the figures; the ratio shown is that of the first one
 * @param musts what Brood has to reach
 */
record Measure(
    String name,
    String title,
    String text,
    List<Mode> modes,
    Effort effort,
    List<Entry> entries,
    List<Column> columns,
    List<Must> musts) {

  /**
   * How long a measure is repeated.
   *
   * @param rounds that count, for each contestant
   * @param warmSeconds for which each contestant runs rounds that do not count; 0 for none
   */
  record Effort(int rounds, double warmSeconds) {}
}
