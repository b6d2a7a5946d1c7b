package dev.brood.process;

/** A command was stopped because somebody asked for it. */
public final class CancelledException extends EndedException {
  private static final long serialVersionUID = 1;

  CancelledException(Result result, String message) {
    super(result, message);
  }
}
