package dev.brood.process;

import dev.brood.process.internal.io.BrokenPipeException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** Our side of a child's stream failed: a source, a sink, or an explicit read or write. */
public final class StdioException extends ProcessException {
  private static final long serialVersionUID = 1;

  /** What failed. */
  public enum Reason {
    /** Nobody reads what was explicitly written (EPIPE). */
    BROKEN_PIPE,
    /** The stream was closed here, before or meanwhile. */
    CLOSED,
    /** The reading or writing thread was interrupted; its interrupt flag is set. */
    INTERRUPTED,
    /** The time given to a read was up. */
    TIMED_OUT,
    /** The {@code InputStream} or channel that feeds the child failed. */
    SOURCE_FAILED,
    /** An {@code OutputStream}, channel or consumer that takes the output failed. */
    SINK_FAILED,
    /** A {@link Transform} of a pipeline failed. */
    TRANSFORM_FAILED,
    /** Another error of the system. */
    OTHER
  }

  private final Reason reason;

  StdioException(String commandLine, Reason reason, String message, @Nullable Throwable cause) {
    super(commandLine, message, cause);
    this.reason = reason;
  }

  static StdioException of(Command command, String doing, IOException cause) {
    String line = command.commandLine();
    return switch (cause) {
      case BrokenPipeException e ->
          new StdioException(
              line, Reason.BROKEN_PIPE, Quoting.shown(line) + " reads its input no more", e);
      case ClosedChannelException e ->
          new StdioException(
              line, Reason.CLOSED, "closed while " + doing + " " + Quoting.shown(line), e);
      default ->
          new StdioException(
              line,
              Reason.OTHER,
              doing + " " + Quoting.shown(line) + " failed: " + cause.getMessage(),
              cause);
    };
  }

  /** Sets the thread's interrupt flag again. */
  static StdioException interrupted(
      Command command, String doing, @Nullable InterruptedException cause) {
    Thread.currentThread().interrupt();
    String line = command.commandLine();
    return new StdioException(
        line, Reason.INTERRUPTED, "interrupted while " + doing + " " + Quoting.shown(line), cause);
  }

  static StdioException sinkFailed(Command command, Throwable cause) {
    String line = command.commandLine();
    return new StdioException(
        line, Reason.SINK_FAILED, "a sink of " + Quoting.shown(line) + " failed: " + cause, cause);
  }

  static StdioException transformFailed(Command before, Throwable cause) {
    String line = before.commandLine();
    return new StdioException(
        line,
        Reason.TRANSFORM_FAILED,
        "the transformation behind " + Quoting.shown(line) + " failed: " + cause,
        cause);
  }

  static StdioException sourceFailed(Command command, Throwable cause) {
    String line = command.commandLine();
    return new StdioException(
        line,
        Reason.SOURCE_FAILED,
        "the input of " + Quoting.shown(line) + " failed: " + cause,
        cause);
  }

  /** What failed. */
  public Reason reason() {
    return reason;
  }
}
