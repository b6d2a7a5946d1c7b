package dev.brood.workers.watch;

import dev.brood.workers.channel.Message;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What a child says about its progress, once. What it leaves out stays as it was. Immutable.
 *
 * @param percent from 0 to 100
 * @param phase what it is at
 * @param message how far, in words
 */
public record ProgressReport(
    OptionalDouble percent, Optional<String> phase, Optional<String> message) {
  /** Longer texts are cut after that many characters. */
  public static final int LONGEST_TEXT = 500;

  private static final double WHOLE = 100;

  /**
   * Checks and cuts.
   *
   * @throws IllegalArgumentException if the per cent are not from 0 to 100, or nothing is said
   */
  public ProgressReport {
    if (percent.isPresent() && !isPercent(percent.getAsDouble())) {
      throw new IllegalArgumentException("progress is from 0 to 100, not " + percent);
    }
    if (percent.isEmpty() && phase.isEmpty() && message.isEmpty()) {
      throw new IllegalArgumentException("progress that says nothing");
    }
    phase = phase.map(ProgressReport::cut);
    message = message.map(ProgressReport::cut);
  }

  /** A report of a percentage alone. */
  public static ProgressReport of(double percent) {
    return new ProgressReport(OptionalDouble.of(percent), Optional.empty(), Optional.empty());
  }

  /** The same with a phase. */
  public ProgressReport phase(String text) {
    return new ProgressReport(percent, Optional.of(text), message);
  }

  /** The same with a message. */
  public ProgressReport message(String text) {
    return new ProgressReport(percent, phase, Optional.of(text));
  }

  /** What a message says: {@code {"brood":"progress","percent":40}}; empty if it is no report. */
  public static Optional<ProgressReport> of(Message message) {
    return message.value() instanceof Map<?, ?> map && "progress".equals(map.get("brood"))
        ? of(map)
        : Optional.empty();
  }

  /** From the fields of an object; those of a wrong type or range are left out. */
  static Optional<ProgressReport> of(Map<?, ?> fields) {
    OptionalDouble percent =
        fields.get("percent") instanceof Number number && isPercent(number.doubleValue())
            ? OptionalDouble.of(number.doubleValue())
            : OptionalDouble.empty();
    return of(percent, text(fields.get("phase")), text(fields.get("message")));
  }

  static Optional<ProgressReport> of(
      OptionalDouble percent, Optional<String> phase, Optional<String> message) {
    return percent.isEmpty() && phase.isEmpty() && message.isEmpty()
        ? Optional.empty()
        : Optional.of(new ProgressReport(percent, phase, message));
  }

  static boolean isPercent(double value) {
    return value >= 0 && value <= WHOLE;
  }

  private static Optional<String> text(@Nullable Object value) {
    return value instanceof String text ? Optional.of(text) : Optional.empty();
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT);
  }
}
