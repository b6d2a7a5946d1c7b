package dev.brood.bench.harness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** What the rounds of one measure in one mode gave. */
final class Scores {
  private final Measure measure;
  private final Mode mode;
  private final Map<String, List<Map<String, Double>>> rounds = new LinkedHashMap<>();
  private final Map<String, String> failures = new TreeMap<>();

  Scores(Measure measure, Mode mode) {
    this.measure = measure;
    this.mode = mode;
  }

  Measure measure() {
    return measure;
  }

  Mode mode() {
    return mode;
  }

  void add(String entry, Map<String, Double> figures) {
    rounds.computeIfAbsent(entry, _ -> new ArrayList<>()).add(figures);
  }

  void fail(String entry, String why) {
    failures.put(entry, why);
  }

  /** The contestants that gave up, with the reason. */
  Map<String, String> failures() {
    return failures;
  }

  /** The figure that stands for all rounds: the median, or the largest where the column says so. */
  OptionalDouble figure(String entry, String key) {
    double[] values = values(entry, key);
    if (values.length == 0) {
      return OptionalDouble.empty();
    }
    boolean worst = measure.columns().stream().anyMatch(c -> c.key().equals(key) && c.worst());
    return OptionalDouble.of(worst ? values[values.length - 1] : middle(values));
  }

  /** Half the distance between the quartiles, as a share of the median. */
  OptionalDouble spread(String entry, String key) {
    double[] values = values(entry, key);
    if (values.length < 3) {
      return OptionalDouble.empty();
    }
    double half = (values[values.length * 3 / 4] - values[values.length / 4]) / 2;
    return OptionalDouble.of(half / middle(values));
  }

  private double[] values(String entry, String key) {
    return rounds.getOrDefault(entry, List.of()).stream()
        .filter(figures -> figures.containsKey(key))
        .mapToDouble(figures -> figures.get(key))
        .sorted()
        .toArray();
  }

  private static double middle(double[] sorted) {
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
