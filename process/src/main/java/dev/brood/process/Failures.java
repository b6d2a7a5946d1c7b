package dev.brood.process;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns a bad ending into the error that says so. */
final class Failures {
  private static final int SHOWN_LINES = 20;
  private static final int SHOWN_LINE_CHARACTERS = 500;

  private Failures() {}

  static void check(Command command, Result result, String overflow) {
    Spec spec = command.spec();
    switch (result.cause()) {
      case SELF, PARENT_EXIT -> {
        boolean accepted =
            result.exit() instanceof Exit.Exited(int code) && spec.exitCodes.contains(code);
        if (!accepted && !spec.unchecked) {
          throw new ExitException(
              result, message(result, "failed with " + result.exit() + after(result)));
        }
      }
      case DEADLINE ->
          throw new DeadlineException(
              result, message(result, "was stopped at its deadline of " + shown(spec.deadline)));
      case IDLE ->
          throw new DeadlineException(
              result,
              message(result, "was stopped: it wrote nothing for " + shown(spec.idleLimit)));
      case OUTPUT_LIMIT ->
          throw new OutputLimitException(result, message(result, "was stopped: " + overflow));
      case STOPPED, CANCELLED ->
          throw new CancelledException(
              result, message(result, "was stopped on request" + after(result)));
    }
  }

  private static String shown(java.time.@Nullable Duration limit) {
    return limit == null ? "?" : Times.shown(limit);
  }

  private static String after(Result result) {
    return " after " + Times.shown(result.duration());
  }

  private static String message(Result result, String what) {
    StringBuilder text =
        new StringBuilder("command ").append(Quoting.shown(result.commandLine())).append(' ');
    text.append(what);
    if (result.cause() != Cause.SELF) {
      text.append("; it ended with ").append(result.exit());
    }
    List<String> lines = result.stderr().lines();
    if (!lines.isEmpty()) {
      int from = Math.max(0, lines.size() - SHOWN_LINES);
      text.append("\n  stderr");
      text.append(from > 0 ? " (last " + SHOWN_LINES + " of " + lines.size() + " lines):" : ":");
      for (String line : lines.subList(from, lines.size())) {
        boolean whole = line.length() <= SHOWN_LINE_CHARACTERS;
        text.append("\n    ")
            .append(whole ? line : line.substring(0, SHOWN_LINE_CHARACTERS) + "...");
      }
    }
    return text.toString();
  }
}
