package dev.brood.daemon.config;

import dev.brood.daemon.config.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong with one file, so that one reading reports everything. One thread. */
final class Problems {
  /** Beyond this the rest is counted only: a binary file must not fill the screen. */
  static final int SHOWN = 20;

  private final String file;
  private final List<Problem> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  void error(int line, int column, String message) {
    found.add(new Problem(file, line, column, Severity.ERROR, message));
  }

  void warning(int line, int column, String message) {
    found.add(new Problem(file, line, column, Severity.WARNING, message));
  }

  /** The warnings, in the order of the file. */
  List<Problem> warnings() {
    return sorted(Severity.WARNING);
  }

  /**
   * Ends the reading if there was an error.
   *
   * @throws ConfigException with the first {@value #SHOWN} errors if there is one
   */
  void throwIfAny() {
    List<Problem> errors = sorted(Severity.ERROR);
    if (errors.size() > SHOWN) {
      Problem last = errors.get(SHOWN - 1);
      int more = errors.size() - SHOWN;
      errors = new ArrayList<>(errors.subList(0, SHOWN));
      String text = more + " more errors are not shown";
      errors.add(new Problem(file, last.line(), last.column(), Severity.ERROR, text));
    }
    if (!errors.isEmpty()) {
      throw new ConfigException(errors);
    }
  }

  private List<Problem> sorted(Severity severity) {
    return found.stream()
        .filter(problem -> problem.severity() == severity)
        .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
        .toList();
  }
}
