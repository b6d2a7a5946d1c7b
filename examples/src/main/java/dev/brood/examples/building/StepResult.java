package dev.brood.examples.building;

import java.time.Duration;
import java.util.List;

/** How a step came out. Immutable. */
sealed interface StepResult {
  /** It was run. */
  record Built(Duration took, int attempts) implements StepResult {}

  /** Its outputs are what an earlier run with the same inputs has made. */
  record FromCache() implements StepResult {}

  /**
   * It failed.
   *
   * @param reason how
   * @param lastLines what it had to say
   */
  record Failed(String reason, List<String> lastLines) implements StepResult {
    /** Copies the list. */
    public Failed {
      lastLines = List.copyOf(lastLines);
    }
  }

  /** It was not run, as something that it needs was not made. */
  record NotRun(String need) implements StepResult {}

  /** Whether its outputs are there. */
  default boolean isDone() {
    return switch (this) {
      case Built _, FromCache _ -> true;
      case Failed _, NotRun _ -> false;
    };
  }

  /** In a few words. */
  default String text() {
    return switch (this) {
      case Built(Duration took, int attempts) ->
          "built in %.1f s%s"
              .formatted(took.toMillis() / 1000.0, attempts == 1 ? "" : ", attempt " + attempts);
      case FromCache _ -> "from the cache";
      case Failed(String reason, List<String> _) -> "FAILED: " + reason;
      case NotRun(String need) -> "not run: it needs " + need;
    };
  }
}
