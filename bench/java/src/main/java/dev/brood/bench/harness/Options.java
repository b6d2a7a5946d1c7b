package dev.brood.bench.harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param quick few and short rounds
 * @param list only names the measures
 * @param only the measures to run; empty for all
 * @param out the file to write, or null for the usual one
 * @param command as it was given
 */
record Options(boolean quick, boolean list, List<String> only, @Nullable Path out, String command) {

  /**
   * @throws IllegalArgumentException if an option is not known or lacks its value
   */
  static Options of(String... args) {
    boolean quick = false;
    boolean list = false;
    List<String> only = new ArrayList<>();
    Path out = null;
    for (Iterator<String> left = List.of(args).iterator(); left.hasNext(); ) {
      String option = left.next();
      switch (option) {
        case "--quick" -> quick = true;
        case "--list" -> list = true;
        case "--only" -> only.addAll(List.of(value(option, left).split(",")));
        case "--out" -> out = Path.of(value(option, left));
        default -> throw new IllegalArgumentException("unknown option " + option);
      }
    }
    String command = ("./bench/run " + String.join(" ", args)).strip();
    return new Options(quick, list, List.copyOf(only), out, command);
  }

  /** Only a full run replaces the page in {@code docs}. */
  Path file(Path home) {
    if (out != null) {
      return out;
    }
    boolean full = !quick && only.isEmpty();
    return home.resolve(full ? "docs/performance.md" : "bench/target/performance.md");
  }

  private static String value(String option, Iterator<String> left) {
    if (!left.hasNext()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return left.next();
  }
}
