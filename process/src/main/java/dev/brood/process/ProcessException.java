package dev.brood.process;

import org.jspecify.annotations.Nullable;

/** The root of this module's errors; each leaf is one decision that a caller can take. */
public abstract class ProcessException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String commandLine;

  ProcessException(String commandLine, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.commandLine = commandLine;
  }

  /** The command it is about, as a shell would take it, secrets masked. */
  public String commandLine() {
    return commandLine;
  }
}
