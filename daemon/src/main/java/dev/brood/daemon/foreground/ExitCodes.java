package dev.brood.daemon.foreground;

import dev.brood.process.ProcessException;
import dev.brood.process.Signal;
import dev.brood.process.SpawnException;
import dev.brood.process.SpawnException.Reason;

/** The exit codes of the command line that do not come from a program. */
public final class ExitCodes {
  /** It worked. */
  public static final int SUCCESS = 0;

  /** The operation failed. */
  public static final int FAILURE = 1;

  /** The command line is wrong, or a brood file is. */
  public static final int USAGE = 2;

  /** What was asked for does not exist, such as a process. */
  public static final int NO_SUCH_THING = 3;

  /** A limit set on the command line ended the program; the code of timeout(1). */
  public static final int LIMIT = 124;

  /** The program exists, but cannot be executed; the code of shells. */
  public static final int NOT_EXECUTABLE = 126;

  /** The program does not exist; the code of shells. */
  public static final int NOT_FOUND = 127;

  private ExitCodes() {}

  /** The code for a program that could not be started: 127 if something is not there, else 126. */
  public static int of(ProcessException e) {
    if (e instanceof SpawnException spawn) {
      Reason reason = spawn.reason();
      return reason == Reason.PROGRAM_NOT_FOUND || reason == Reason.INTERPRETER_MISSING
          ? NOT_FOUND
          : NOT_EXECUTABLE;
    }
    return NOT_EXECUTABLE;
  }

  /** 128+n of a signal, by its name with or without SIG. */
  public static int ofSignal(String name) {
    return 128 + Signal.of(name).number();
  }
}
