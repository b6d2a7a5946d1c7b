package dev.brood.workers.watch;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds progress in lines of text by a regular expression with named groups: {@code percent}, or
 * {@code done} and {@code total}, {@code phase}, {@code message}. Immutable.
 *
 * <p>It need not match the whole line. Only the first {@value #LONGEST_LINE} characters of a line
 * are looked at.
 */
public final class ProgressPattern {
  private static final List<String> GROUPS =
      List.of("percent", "done", "total", "phase", "message");

  /** What is looked at of a line, in characters. */
  public static final int LONGEST_LINE = 4096;

  /** {@code 40%}, {@code 40.5 %}: what most programs write; no part of a longer number. */
  public static final ProgressPattern PERCENT =
      of("(?<!\\d|\\d[.,])(?<percent>\\d{1,3}(?:\\.\\d+)?) ?%");

  private static final double WHOLE = 100;

  private final Pattern pattern;
  private final Set<String> groups;

  private ProgressPattern(Pattern pattern) {
    this.pattern = pattern;
    this.groups = Set.copyOf(pattern.namedGroups().keySet());
  }

  /**
   * A pattern.
   *
   * @throws java.util.regex.PatternSyntaxException if it is none
   * @throws IllegalArgumentException if it has none of the groups, or only one of {@code done} and
   *     {@code total}
   */
  public static ProgressPattern of(String regex) {
    ProgressPattern pattern = new ProgressPattern(Pattern.compile(regex));
    if (GROUPS.stream().noneMatch(pattern.groups::contains)
        || pattern.groups.contains("done") != pattern.groups.contains("total")) {
      throw new IllegalArgumentException(
          "a pattern of progress has a group (?<percent>...), done and total, phase or message: "
              + regex);
    }
    return pattern;
  }

  /** What a line says; empty if nothing. Numbers out of range are left out. */
  public Optional<ProgressReport> find(String line) {
    Matcher matcher = matcher(line);
    return matcher.find() ? report(matcher) : Optional.empty();
  }

  /** What the beginning of a line says, if the whole says the same whatever follows. */
  Optional<ProgressReport> findEarly(String beginning) {
    Matcher matcher = matcher(beginning);
    return matcher.find() && !matcher.hitEnd() ? report(matcher) : Optional.empty();
  }

  @Override
  public String toString() {
    return pattern.pattern();
  }

  private Matcher matcher(String line) {
    return pattern.matcher(line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE));
  }

  private Optional<ProgressReport> report(Matcher matcher) {
    return ProgressReport.of(percent(matcher), group(matcher, "phase"), group(matcher, "message"));
  }

  private OptionalDouble percent(Matcher matcher) {
    OptionalDouble percent = number(matcher, "percent");
    OptionalDouble done = number(matcher, "done");
    OptionalDouble total = number(matcher, "total");
    if (percent.isEmpty() && done.isPresent() && total.isPresent()) {
      percent = OptionalDouble.of(WHOLE * done.getAsDouble() / total.getAsDouble());
    }
    return percent.isPresent() && ProgressReport.isPercent(percent.getAsDouble())
        ? percent
        : OptionalDouble.empty();
  }

  private OptionalDouble number(Matcher matcher, String name) {
    Optional<String> text = group(matcher, name);
    try {
      return text.isPresent()
          ? OptionalDouble.of(Double.parseDouble(text.get()))
          : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  private Optional<String> group(Matcher matcher, String name) {
    return groups.contains(name) ? Optional.ofNullable(matcher.group(name)) : Optional.empty();
  }
}
