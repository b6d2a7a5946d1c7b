package dev.brood.process;

/** A child has ended, but its exit status was taken by another waiter of this process. */
public final class ExitLostException extends ProcessException {
  private static final long serialVersionUID = 1;

  ExitLostException(String commandLine, Throwable cause) {
    super(
        commandLine,
        "the exit status of "
            + Quoting.shown(commandLine)
            + " is lost: other code in this JVM waits for any child, waitpid(-1), or reaped it",
        cause);
  }
}
