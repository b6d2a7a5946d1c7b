package dev.brood.process;

import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.spawn.SpawnFailure;
import org.jspecify.annotations.Nullable;

/** A command was not started. Nothing of the attempt is left: no process, no descriptor. */
public final class SpawnException extends ProcessException {
  private static final long serialVersionUID = 1;

  /** Where the start failed. */
  public enum Stage {
    /** Finding the program's file. */
    RESOLVE,
    /** Opening or making its standard streams. */
    REDIRECT,
    /** Entering its working directory. */
    DIRECTORY,
    /** A limit of the system, of the user or of this JVM. */
    LIMITS,
    /** Executing the file. */
    EXEC
  }

  /** Why the start failed. */
  public enum Reason {
    PROGRAM_NOT_FOUND(Stage.RESOLVE),
    PROGRAM_IS_DIRECTORY(Stage.RESOLVE),
    NOT_EXECUTABLE(Stage.RESOLVE),
    FILE_NOT_OPENED(Stage.REDIRECT),
    DIRECTORY_NOT_ENTERED(Stage.DIRECTORY),
    INTERPRETER_MISSING(Stage.EXEC),
    NO_INTERPRETER_LINE(Stage.EXEC),
    ARGUMENTS_TOO_LONG(Stage.EXEC),
    TEXT_BUSY(Stage.EXEC),
    /** Descriptors, processes or memory; worth a retry later. */
    RESOURCES_EXHAUSTED(Stage.LIMITS),
    /** This JVM is shutting down. */
    SHUTTING_DOWN(Stage.LIMITS),
    OTHER(Stage.EXEC);

    private final Stage stage;

    Reason(Stage stage) {
      this.stage = stage;
    }
  }

  private final Reason reason;
  private final int errnoNumber;
  private final String object;

  SpawnException(String commandLine, SpawnFailure failure) {
    super(commandLine, message(commandLine, failure), failure);
    this.reason = reason(failure.kind());
    this.errnoNumber = failure.errno();
    this.object = failure.object();
  }

  /** Why it failed. */
  public Reason reason() {
    return reason;
  }

  /** Where it failed, which follows from the reason. */
  public Stage stage() {
    return reason.stage;
  }

  /** The error's name, such as {@code ENOENT}; null if no system call failed. */
  public @Nullable String errno() {
    return errnoNumber == 0 ? null : Errno.name(errnoNumber);
  }

  /** The error's number, errno(3); 0 if no system call failed. */
  public int errnoNumber() {
    return errnoNumber;
  }

  /** The file, directory or thing that it is about. */
  public String object() {
    return object;
  }

  private static String message(String commandLine, SpawnFailure failure) {
    StringBuilder text = new StringBuilder("cannot start ").append(Quoting.shown(commandLine));
    text.append(": ").append(words(failure.kind())).append(": ");
    if (failure.errno() != 0) {
      text.append(Errno.describe(failure.errno())).append(": ");
    }
    text.append(failure.object());
    if (failure.hint() != null) {
      text.append("\n  ").append(failure.hint());
    }
    return text.toString();
  }

  private static String words(SpawnFailure.Kind kind) {
    return switch (kind) {
      case PROGRAM_NOT_FOUND -> "program not found";
      case PROGRAM_IS_DIRECTORY -> "program is a directory";
      case NOT_EXECUTABLE -> "program may not be executed";
      case FILE_NOT_OPENED -> "redirect";
      case DIRECTORY_NOT_ENTERED -> "working directory";
      case INTERPRETER_MISSING -> "interpreter missing";
      case NO_INTERPRETER_LINE -> "not an executable format";
      case ARGUMENTS_TOO_LONG -> "arguments too long";
      case TEXT_BUSY -> "program file is being written";
      case RESOURCES_EXHAUSTED -> "resources exhausted";
      case SHUTTING_DOWN -> "shutting down";
      case OTHER -> "exec";
    };
  }

  private static Reason reason(SpawnFailure.Kind kind) {
    return switch (kind) {
      case PROGRAM_NOT_FOUND -> Reason.PROGRAM_NOT_FOUND;
      case PROGRAM_IS_DIRECTORY -> Reason.PROGRAM_IS_DIRECTORY;
      case NOT_EXECUTABLE -> Reason.NOT_EXECUTABLE;
      case FILE_NOT_OPENED -> Reason.FILE_NOT_OPENED;
      case DIRECTORY_NOT_ENTERED -> Reason.DIRECTORY_NOT_ENTERED;
      case INTERPRETER_MISSING -> Reason.INTERPRETER_MISSING;
      case NO_INTERPRETER_LINE -> Reason.NO_INTERPRETER_LINE;
      case ARGUMENTS_TOO_LONG -> Reason.ARGUMENTS_TOO_LONG;
      case TEXT_BUSY -> Reason.TEXT_BUSY;
      case RESOURCES_EXHAUSTED -> Reason.RESOURCES_EXHAUSTED;
      case SHUTTING_DOWN -> Reason.SHUTTING_DOWN;
      case OTHER -> Reason.OTHER;
    };
  }
}
