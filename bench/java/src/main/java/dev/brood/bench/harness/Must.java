package dev.brood.bench.harness;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A line of the table of musts.
 *
 * @param text as the page shows it
 * @param subject the contestant that has to reach it, also from virtual threads where it does
 * @param key of the figure
 * @param least whether the bound is the least that is allowed; otherwise the most
 * @param bound of the figure itself, or of its ratio to the rival's
 * @param rival the contestant it is held against, or null for a bound of the figure itself
 * @param sameThreads whether Brood on virtual threads is held against the rival on virtual threads
 * @param onlyOneCore whether only the figures of one core are judged
 */
record Must(
    String text,
    String subject,
    String key,
    boolean least,
    double bound,
    @Nullable String rival,
    boolean sameThreads,
    boolean onlyOneCore) {

  static Must atMost(String text, String key, double bound) {
    return new Must(text, Entry.BROOD, key, false, bound, null, false, false);
  }

  static Must atLeast(String text, String key, double bound) {
    return new Must(text, Entry.BROOD, key, true, bound, null, false, false);
  }

  Must times(String name) {
    return new Must(text, subject, key, least, bound, name, false, onlyOneCore);
  }

  Must timesSameThreads(String name) {
    return new Must(text, subject, key, least, bound, name, true, onlyOneCore);
  }

  /** Of another of Brood's contestants. */
  Must of(String name) {
    return new Must(text, name, key, least, bound, rival, sameThreads, onlyOneCore);
  }

  Must onOneCore() {
    return new Must(text, subject, key, least, bound, rival, sameThreads, true);
  }

  boolean judges(Mode mode) {
    return !onlyOneCore || mode == Mode.ONE_CORE;
  }

  /**
   * What is held against the bound: the figure, or its ratio; empty if one of both was not
   * measured.
   */
  OptionalDouble value(Scores scores, String contestant) {
    OptionalDouble own = scores.figure(contestant, key);
    if (rival == null || own.isEmpty()) {
      return own;
    }
    boolean virtual = sameThreads && contestant.endsWith(Entry.VIRTUAL);
    OptionalDouble other = scores.figure(virtual ? rival + Entry.VIRTUAL : rival, key);
    return other.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(own.getAsDouble() / other.getAsDouble());
  }

  boolean reached(double value) {
    return least ? value >= bound : value <= bound;
  }
}
