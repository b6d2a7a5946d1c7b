package dev.brood.workers.supervise;

/** What a child waits for in another before it is started. */
public enum Condition {
  /** That it has been started. */
  STARTED("started"),
  /** That it is ready. */
  READY("ready"),
  /** That it is ready and was found to be healthy; without a {@link Health} the same as READY. */
  HEALTHY("healthy"),
  /** That it has ended by itself, and is not to be restarted. */
  COMPLETED("completed"),
  /** That it has ended so with a success. */
  SUCCEEDED("completed successfully");

  private final String text;

  Condition(String text) {
    this.text = text;
  }

  /** Whether it asks for the end of a child, not for its life. */
  boolean isEnd() {
    return switch (this) {
      case STARTED, READY, HEALTHY -> false;
      case COMPLETED, SUCCEEDED -> true;
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
