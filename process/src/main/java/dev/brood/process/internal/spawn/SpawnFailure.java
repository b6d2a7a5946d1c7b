package dev.brood.process.internal.spawn;

import dev.brood.process.internal.linux.Errno;
import org.jspecify.annotations.Nullable;

/** A child was not started; nothing of the attempt is left. */
public final class SpawnFailure extends Exception {
  private static final long serialVersionUID = 1;

  /** What went wrong; each belongs to one stage of the start. */
  public enum Kind {
    PROGRAM_NOT_FOUND,
    PROGRAM_IS_DIRECTORY,
    NOT_EXECUTABLE,
    FILE_NOT_OPENED,
    DIRECTORY_NOT_ENTERED,
    INTERPRETER_MISSING,
    NO_INTERPRETER_LINE,
    ARGUMENTS_TOO_LONG,
    TEXT_BUSY,
    RESOURCES_EXHAUSTED,
    SHUTTING_DOWN,
    OTHER
  }

  private final Kind kind;
  private final int errno;
  private final String object;
  private final @Nullable String hint;

  /**
   * @param errno the error number; 0 if no system call failed
   * @param object the file, directory or thing that it is about
   * @param hint what the caller can do, if that is known
   */
  public SpawnFailure(Kind kind, int errno, String object, @Nullable String hint) {
    super(kind + ": " + Errno.describe(errno) + ": " + object);
    this.kind = kind;
    this.errno = errno;
    this.object = object;
    this.hint = hint;
  }

  public Kind kind() {
    return kind;
  }

  public int errno() {
    return errno;
  }

  public String object() {
    return object;
  }

  public @Nullable String hint() {
    return hint;
  }
}
