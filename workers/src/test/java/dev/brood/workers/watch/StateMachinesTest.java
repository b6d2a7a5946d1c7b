package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.workers.StateTable;
import dev.brood.workers.watch.HeartbeatCore.Event;
import dev.brood.workers.watch.HeartbeatCore.Phase;
import dev.brood.workers.watch.Refusal.Reason;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The tables of docs/state-machines.md beside the machines of this package. */
class StateMachinesTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void signsOfLife_eachCell_isWhatTheCoreDoes() {
    StateTable table = StateTable.below("## Signs of life of a child", 0);
    table.hasStatesOf(Phase.class);
    table.namesEventsOf(Event.class, Event.Joined.class, Event.Left.class);
    table.holdsFor((state, event) -> new Beating(state).after(event));
  }

  /** One child in a phase; stalled at 10 s, dumped 10 s later and stopped 20 s after that. */
  private static final class Beating {
    private final HeartbeatCore core;
    private final Phase phase;
    private long now;

    Beating(String state) {
      phase = Phase.valueOf(state);
      core = new HeartbeatCore(rules(true));
      core.on(new Event.Joined(1), 0);
      switch (phase) {
        case ALIVE -> {}
        case STALLED -> tickUntil(10);
        case DUMPED -> tickUntil(20);
        case STOPPING -> tickUntil(40);
      }
      assertThat(core.phase(1)).isEqualTo(phase);
    }

    private static Heartbeats rules(boolean dump) {
      Heartbeats rules = Heartbeats.after(Duration.ofSeconds(10)).stop(Duration.ofSeconds(30));
      return dump ? rules.dump(Duration.ofSeconds(10), Dump.stacks()) : rules;
    }

    String after(String event) {
      switch (event) {
        case "`Signed`: one that counts" -> on(new Event.Signed(1, Sign.BEAT, now + 1), now + 1);
        case "`Signed`: one that does not count" ->
            on(new Event.Signed(1, Sign.CPU, now + 1), now + 1);
        case "`Held`" -> {
          on(new Event.Held(1), now);
          tickUntil(now / SECOND + 100);
        }
        case "`Released`" -> {
          on(new Event.Held(1), now);
          on(new Event.Released(1), now);
        }
        case "`Tick`: silent for the limit" -> tickUntil(Math.max(10, now / SECOND));
        case "`Tick`: and then for the time until the dump" -> {
          if (phase == Phase.STALLED) {
            tickUntil(20);
          }
        }
        case "`Tick`: and then for the time until the stop" -> {
          if (phase == Phase.STALLED) {
            return withoutDump();
          } else if (phase == Phase.DUMPED) {
            tickUntil(40);
          }
        }
        default -> throw new AssertionError("not known to this test: " + event);
      }
      return core.phase(1).name();
    }

    /** From stalled to stopping, where no dump is asked for. */
    private static String withoutDump() {
      HeartbeatCore other = new HeartbeatCore(rules(false));
      other.on(new Event.Joined(1), 0);
      for (long second = 1; second <= 40; second++) {
        other.on(new Event.Tick(), second * SECOND);
      }
      return other.phase(1).name();
    }

    private void on(Event event, long at) {
      now = at;
      core.on(event, now);
    }

    private void tickUntil(long second) {
      while (now < second * SECOND) {
        on(new Event.Tick(), now + SECOND);
      }
    }
  }

  @Test
  void level_eachCell_isWhatTheCoreDoes() {
    StateTable table = StateTable.below("## The level of a figure", 0);
    table.hasStatesOf(Level.class);
    table.holdsFor((state, event) -> {
      LevelCore core = new LevelCore(Threshold.of(Figure.RESIDENT_BYTES, 100, 200).after(2));
      double[] way =
          switch (Level.valueOf(state)) {
            case NORMAL -> new double[] {1, 1};
            case SOFT -> new double[] {150, 150};
            case CRITICAL -> new double[] {250, 250};
          };
      double value =
          switch (event) {
            case "at the critical mark" -> 200;
            case "at the soft mark" -> Level.valueOf(state) == Level.CRITICAL ? 180 : 100;
            case "below the critical mark, not below the soft one" ->
                Level.valueOf(state) == Level.NORMAL ? 99 : 179;
            case "below the soft mark" -> 89;
            default -> throw new AssertionError("not known to this test: " + event);
          };
      for (double before : way) {
        core.observe(before);
      }
      core.observe(value);
      return core.observe(value).name();
    });
  }

  @Test
  void gate_eachCell_isWhatTheCoreDoes() {
    StateTable table = StateTable.below("## Admission", 0);
    table.holdsFor((state, event) -> {
      AdmissionCore core =
          new AdmissionCore(
              AdmissionLimits.standard()
                  .between(4, 4)
                  .reserve(0)
                  .firstNeedBytes(0)
                  .gate(Reason.PROCESSES, 90, 80));
      core.ask(0, "first", percent(50)); // always admitted, as nothing runs
      core.ask(SECOND, "second", percent(state.equals("CLOSED") ? 95 : 50));
      MachineSignals signals =
          switch (event) {
            case "the signal is at `close` or above" -> percent(90);
            case "the signal is between the marks" -> percent(85);
            case "the signal is below `open`" -> percent(79);
            case "the machine does not give the signal" -> new MachineSignals(1, 1, Map.of());
            default -> throw new AssertionError("not known to this test: " + event);
          };
      return core.ask(2 * SECOND, "third", signals) instanceof AdmissionCore.Answer.Grant
          ? "OPEN"
          : "CLOSED";
    });
  }

  private static MachineSignals percent(double used) {
    return new MachineSignals(1, 1, Map.of(Reason.PROCESSES, used));
  }
}
