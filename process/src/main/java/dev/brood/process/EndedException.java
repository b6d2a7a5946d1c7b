package dev.brood.process;

/**
 * A command ran and did not end well; the {@link #result} has all that is known, output included.
 */
public abstract class EndedException extends ProcessException {
  private static final long serialVersionUID = 1;

  private final transient Result result;

  EndedException(Result result, String message) {
    super(result.commandLine(), message, null);
    this.result = result;
  }

  /** How it ended, with what it had written until then. */
  public Result result() {
    return result;
  }
}
