package dev.brood.process;

/** A command was stopped because its deadline or idle limit had passed. */
public final class DeadlineException extends EndedException {
  private static final long serialVersionUID = 1;

  DeadlineException(Result result, String message) {
    super(result, message);
  }
}
