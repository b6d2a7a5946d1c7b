package dev.brood.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How a child is asked to end: signals in order, each with a wait. SIGKILL follows the last wait by
 * itself. Immutable.
 *
 * @param steps may be empty: then it is killed at once
 */
public record StopPlan(List<Step> steps) {
  /** SIGTERM, then 5 seconds. */
  public static final StopPlan DEFAULT = of(Signal.TERM, Duration.ofSeconds(5));

  /** SIGKILL at once. */
  public static final StopPlan KILL = new StopPlan(List.of());

  /**
   * A signal and how long to wait for its effect.
   *
   * @param grace zero or more
   */
  public record Step(Signal signal, Duration grace) {
    /** Checks the wait. */
    public Step {
      if (grace.isNegative()) {
        throw new IllegalArgumentException("a wait cannot be negative: " + grace);
      }
    }
  }

  /** Copies the list. */
  public StopPlan {
    steps = List.copyOf(steps);
  }

  /** One signal and its wait. */
  public static StopPlan of(Signal signal, Duration grace) {
    return new StopPlan(List.of(new Step(signal, grace)));
  }

  /** This plan with one more step behind, for a program that wants to be told twice. */
  public StopPlan then(Signal signal, Duration grace) {
    List<Step> longer = new ArrayList<>(steps);
    longer.add(new Step(signal, grace));
    return new StopPlan(longer);
  }

  /** This plan with the wait of its last step changed. */
  StopPlan withGrace(Duration grace) {
    if (steps.isEmpty()) {
      return of(Signal.TERM, grace);
    }
    List<Step> changed = new ArrayList<>(steps);
    changed.set(changed.size() - 1, new Step(changed.getLast().signal(), grace));
    return new StopPlan(changed);
  }
}
