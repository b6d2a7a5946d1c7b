package dev.brood.daemon.config;

import java.util.List;
import java.util.stream.Collectors;

/** A brood file cannot be used. The message has one line a problem, in the order of the file. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  ConfigException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** A file that cannot be read at all: there is no line to name. */
  ConfigException(String message) {
    super(message);
    this.problems = List.of();
  }

  /** What is wrong, in the order of the file; empty if the file could not be read at all. */
  public List<Problem> problems() {
    return problems;
  }
}
