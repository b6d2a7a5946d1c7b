package dev.brood.daemon.foreground;

import dev.brood.process.Cause;
import dev.brood.process.ProcessException;
import dev.brood.process.Result;
import dev.brood.process.StdioException;
import java.util.Optional;

/**
 * What came of {@link RunProgram}.
 *
 * @param exitCode what the command line ends with: the program's own code, 128+n for signal n,
 *     {@link ExitCodes#LIMIT} if a limit ended it, 126 or 127 if it could not be started
 * @param message what has to be said about it, if anything
 * @param json one object with exit, cause, usage and duration, or with the error; empty if not
 *     asked for
 */
public record RunReport(int exitCode, Optional<String> message, Optional<String> json) {

  static RunReport of(Result result, Cause cause, RunRequest request) {
    return new RunReport(
        switch (cause) {
          case DEADLINE, IDLE, OUTPUT_LIMIT -> ExitCodes.LIMIT;
          case SELF, STOPPED, CANCELLED, PARENT_EXIT -> result.exit().shellCode();
        },
        limit(cause, request).map(text -> "stopped `" + result.commandLine() + "`: it " + text),
        request.json() ? Optional.of(RunRecord.of(result, cause)) : Optional.empty());
  }

  /** Of a program that could not be started, or whose output had nowhere to go. */
  static RunReport of(ProcessException failure, RunRequest request) {
    boolean unread = failure instanceof StdioException;
    return new RunReport(
        unread ? ExitCodes.ofSignal("PIPE") : ExitCodes.of(failure),
        unread ? Optional.empty() : Optional.of(String.valueOf(failure.getMessage())),
        request.json() ? Optional.of(RunRecord.of(failure)) : Optional.empty());
  }

  /** A limit that strikes is said aloud: exit code 124 alone could come from the program. */
  private static Optional<String> limit(Cause cause, RunRequest request) {
    return switch (cause) {
      case DEADLINE -> request.timeout().map(time -> "ran longer than " + Ending.seconds(time));
      case IDLE -> request.idle().map(time -> "printed nothing for " + Ending.seconds(time));
      case OUTPUT_LIMIT -> Optional.of("printed more than " + request.maxOutput() + " bytes");
      case SELF, STOPPED, CANCELLED, PARENT_EXIT -> Optional.empty();
    };
  }
}
