package dev.brood.bench.contest;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What one round measured: numbers by name, in order. */
public final class Figures {
  private final Map<String, Double> values = new LinkedHashMap<>();

  public Figures with(String name, double value) {
    values.put(name, value);
    return this;
  }

  /** One flat JSON object on one line. */
  String json() {
    return values.entrySet().stream()
        .map(e -> String.format(Locale.ROOT, "\"%s\":%.4f", e.getKey(), e.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }
}
