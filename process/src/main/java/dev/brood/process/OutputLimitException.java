package dev.brood.process;

/** A command was stopped because it wrote more than its capture may hold. */
public final class OutputLimitException extends EndedException {
  private static final long serialVersionUID = 1;

  OutputLimitException(Result result, String message) {
    super(result, message);
  }
}
