package dev.brood.workers.supervise;

import dev.brood.workers.StateTable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** The tables of docs/state-machines.md beside the machines of this package. */
class StateMachinesTest {
  @Test
  void child_states_areThoseOfTheTable() {
    StateTable.below("### State and event", 0).hasStatesOf(ChildState.class);
  }

  @Test
  void health_eachCell_isWhatTheCoreDoes() {
    StateTable table = StateTable.below("## The health of a child", 0);
    table.hasStatesOf(HealthCore.State.class);
    table.namesEventsOf(HealthCore.Event.class);
    table.holdsFor((state, event) -> {
      HealthCore core =
          new HealthCore(
              Health.tcp("localhost", 80).period(Duration.ofSeconds(1)).failures(2).successes(2));
      switch (HealthCore.State.valueOf(state)) {
        case UNKNOWN -> {}
        case HEALTHY -> check(core, true, 2);
        case UNHEALTHY -> check(core, false, 2);
      }
      switch (event) {
        case "`Begun`: the child is ready" -> core.on(new HealthCore.Event.Begun(1));
        case "`Checked`: passed" -> check(core, true, 1);
        case "`Checked`: passed as often in a row as asked for" -> check(core, true, 2);
        case "`Checked`: failed" -> check(core, false, 1);
        case "`Checked`: failed as often in a row as asked for" -> check(core, false, 2);
        default -> throw new AssertionError("not known to this test: " + event);
      }
      return core.state().name();
    });
  }

  private static void check(HealthCore core, boolean passed, int times) {
    ProbeResult result = passed ? new ProbeResult.Passed() : new ProbeResult.Failed("refused");
    for (int i = 0; i < times; i++) {
      core.on(new HealthCore.Event.Checked(result, i, i));
    }
  }

  @Test
  void breaker_eachCell_isWhatItDoes() {
    StateTable table = StateTable.below("## A circuit breaker", 0);
    table.hasStatesOf(BreakerState.class);
    table.holdsFor((state, event) -> new Breaking(BreakerState.valueOf(state)).after(event));
  }

  /** A breaker in a state: it opens when 2 of 4 fail, and tries 2 calls a second later. */
  private static final class Breaking {
    private static final Duration OPEN_TIME = Duration.ofSeconds(1);

    private final HandClock clock = new HandClock();
    private final CircuitBreaker breaker =
        CircuitBreaker.of(
            "table",
            BreakerOptions.DEFAULT
                .window(4, 4)
                .failurePercent(50)
                .trialCalls(2)
                .openTime(OPEN_TIME)
                .counts(failure -> failure instanceof IllegalStateException),
            clock);

    Breaking(BreakerState state) {
      switch (state) {
        case CLOSED -> calls(3, true);
        case OPEN -> calls(4, false);
        case HALF_OPEN -> {
          calls(4, false);
          clock.now = clock.now.plus(OPEN_TIME).plusMillis(1);
          call(() -> {
            throw new IllegalArgumentException("makes it try, and counts for nothing");
          });
        }
      }
    }

    String after(String event) {
      switch (event) {
        case "a call succeeds" -> calls(1, true);
        case "a call fails in a way that does not count" ->
            call(() -> {
              throw new IllegalArgumentException("the caller's fault");
            });
        case "a call fails in a way that counts" -> calls(1, false);
        case "enough calls have failed, of the window or of the trials" -> calls(2, false);
        case "all trials were made, and enough succeeded" -> calls(2, true);
        case "a call, and the open time is over" -> {
          clock.now = clock.now.plus(OPEN_TIME).plusMillis(1);
          calls(1, true);
        }
        default -> throw new AssertionError("not known to this test: " + event);
      }
      return breaker.state().name();
    }

    private void calls(int count, boolean good) {
      for (int i = 0; i < count; i++) {
        call(() -> {
          if (!good) {
            throw new IllegalStateException("down");
          }
          return "up";
        });
      }
    }

    private void call(CircuitBreaker.Call<String> call) {
      try {
        String unused = breaker.call(call, RuntimeException::getMessage);
      } catch (IllegalArgumentException e) {
        // passes as if there were no breaker
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static final class HandClock extends Clock {
    Instant now = Instant.EPOCH;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
