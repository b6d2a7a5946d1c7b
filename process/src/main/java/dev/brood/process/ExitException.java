package dev.brood.process;

/** A command ran and failed: a code that is not accepted, or a signal. */
public final class ExitException extends EndedException {
  private static final long serialVersionUID = 1;

  ExitException(Result result, String message) {
    super(result, message);
  }
}
