package dev.brood.workers.supervise;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.util.ArrayList;
import java.util.List;

/**
 * The thresholds and the times of {@link Health}, as a state machine: it is told what happens and
 * says what is to be done. For one thread; it knows neither a clock nor a child.
 *
 * <p>Every event is answered by exactly one {@link Effect.CheckAt}, so there is one look at a time.
 */
final class HealthCore {
  /** What has happened. */
  sealed interface Event {
    /** The child is ready. */
    record Begun(long nanos) implements Event {}

    /**
     * A look that began then has ended now.
     *
     * @param began when it was begun
     * @param nanos now
     */
    record Checked(ProbeResult result, long began, long nanos) implements Event {}
  }

  /** What is to be done. */
  sealed interface Effect {
    /** Look at it then, which may be now. */
    record CheckAt(long nanos) implements Effect {}

    /** Tell the supervisor. */
    record Tell(HealthChange change) implements Effect {}
  }

  /** What is known. */
  enum State {
    UNKNOWN,
    HEALTHY,
    UNHEALTHY
  }

  private final Health health;
  private final long periodNanos;
  private State state = State.UNKNOWN;
  private int passed;
  private int failed;

  HealthCore(Health health) {
    this.health = health;
    this.periodNanos =
        switch (health.sign()) {
          case HealthSign.Watchdog _ -> 0; // a look ends with a beat: the next silence has begun
          case HealthSign.None _, HealthSign.Ping _, HealthSign.Probed _ ->
              NANOSECONDS.convert(health.period());
        };
  }

  State state() {
    return state;
  }

  List<Effect> on(Event event) {
    return switch (event) {
      case Event.Begun(long nanos) -> List.of(new Effect.CheckAt(nanos));
      case Event.Checked(ProbeResult result, long began, long nanos) -> {
        List<Effect> effects = new ArrayList<>(2);
        switch (result) {
          case ProbeResult.Passed() -> passed(effects);
          case ProbeResult.Failed(String reason) -> failed(reason, effects);
        }
        // A look that took longer than the period is followed at once, and not made up for.
        effects.add(new Effect.CheckAt(nanos + Math.max(0, periodNanos - (nanos - began))));
        yield effects;
      }
    };
  }

  private void passed(List<Effect> effects) {
    failed = 0;
    passed = Math.min(passed + 1, health.successes());
    if (passed >= health.successes() && state != State.HEALTHY) {
      state = State.HEALTHY;
      effects.add(new Effect.Tell(new HealthChange.Healthy()));
    }
  }

  private void failed(String reason, List<Effect> effects) {
    passed = 0;
    failed = Math.min(failed + 1, health.failures());
    if (failed >= health.failures() && state != State.UNHEALTHY) {
      state = State.UNHEALTHY;
      effects.add(new Effect.Tell(new HealthChange.Unhealthy(reason, failed)));
    }
  }
}
