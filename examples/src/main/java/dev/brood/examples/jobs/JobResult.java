package dev.brood.examples.jobs;

import java.util.Optional;

/** How a job came out. Immutable. */
sealed interface JobResult {
  /** It is complete, after so many runs. */
  record Done(Optional<Object> body, int runs) implements JobResult {}

  /** It was complete before this program was started. */
  record DoneBefore(Optional<Object> body) implements JobResult {}

  /** It failed too often. */
  record Failed(String reason) implements JobResult {}

  /** It was stopped with this program, and goes on at the next start. */
  record Left() implements JobResult {}

  /** In a few words. */
  default String text() {
    return switch (this) {
      case Done(Optional<Object> body, int runs) ->
          "done in " + (runs == 1 ? "one run" : runs + " runs") + said(body);
      case DoneBefore(Optional<Object> body) -> "done before" + said(body);
      case Failed(String reason) -> "FAILED: " + reason;
      case Left _ -> "stopped; the next start goes on where it was";
    };
  }

  private static String said(Optional<Object> body) {
    return body.map(value -> ": " + value).orElse("");
  }
}
