package dev.brood.process.observe;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How much time tasks lose for want of a resource: the kernel's pressure stall information, as its
 * {@code Documentation/accounting/psi.rst} describes it (Linux 4.20). Immutable and thread-safe.
 *
 * @param some time in which at least one task was stalled
 * @param full time in which all tasks that are not idle were stalled at once; empty where the
 *     kernel gives no such line, and always zero for the CPU of the whole machine
 */
public record Pressure(Stall some, Optional<Stall> full) {

  /** What tasks can wait for. */
  public enum Resource {
    /** Time on a CPU. */
    CPU,
    /** Memory: reclaim, refaults, swapping in. */
    MEMORY,
    /** Storage. */
    IO;

    String fileName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Stalled time.
   *
   * @param average10 share of the last 10 seconds, in per cent
   * @param average60 share of the last minute, in per cent
   * @param average300 share of the last five minutes, in per cent
   * @param total stalled time since boot; the kernel counts in microseconds
   */
  public record Stall(double average10, double average60, double average300, Duration total) {}

  /**
   * Looks at the machine's pressure on a resource.
   *
   * @param resource what is short
   * @return empty when the kernel was built or booted without it, or does not let this user read it
   * @throws java.io.UncheckedIOException if no descriptor is left to read {@code /proc}
   */
  public static Optional<Pressure> of(Resource resource) {
    return ProcReader.SYSTEM.pressure(resource);
  }

  /** Empty when there is no line {@code some}. */
  static Optional<Pressure> parse(String text) {
    Stall some = stall(text, "some ");
    return some == null
        ? Optional.empty()
        : Optional.of(new Pressure(some, Optional.ofNullable(stall(text, "full "))));
  }

  private static @Nullable Stall stall(String text, String kind) {
    for (String line : text.split("\n")) {
      if (line.startsWith(kind)) {
        return new Stall(
            Double.parseDouble(value(line, "avg10")),
            Double.parseDouble(value(line, "avg60")),
            Double.parseDouble(value(line, "avg300")),
            Duration.ofNanos(Long.parseLong(value(line, "total")) * 1000));
      }
    }
    return null;
  }

  private static String value(String line, String key) {
    for (String word : line.split(" ")) {
      if (word.startsWith(key + "=")) {
        return word.substring(key.length() + 1);
      }
    }
    return "0";
  }
}
