package dev.brood.workers.supervise;

/**
 * That a child waits for another.
 *
 * @param on the id of the other
 * @param condition what is waited for
 * @param bound whether the child does not outlive the other: see {@link ChildSpec#boundTo}
 */
public record Dependency(String on, Condition condition, boolean bound) {
  /** Checks that a bound child waits for a life. */
  public Dependency {
    if (bound && condition.isEnd()) {
      throw new IllegalArgumentException(
          "a child cannot wait until \"%s\" has %s and be bound to it".formatted(on, condition));
    }
  }

  @Override
  public String toString() {
    return on + " to be " + condition;
  }
}
