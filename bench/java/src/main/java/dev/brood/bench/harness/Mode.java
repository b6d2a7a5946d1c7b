package dev.brood.bench.harness;

import java.util.List;

/** On which processors a contestant and its children run. */
enum Mode {
  FREE("free", List.of()),
  ONE_CORE("one core", List.of("taskset", "-c", "0"));

  private final String label;
  private final List<String> prefix;

  Mode(String label, List<String> prefix) {
    this.label = label;
    this.prefix = prefix;
  }

  String label() {
    return label;
  }

  /** What stands before a contestant's command. */
  List<String> prefix() {
    return prefix;
  }
}
