package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.process.DeadlineException;
import dev.brood.process.ExitException;
import dev.brood.process.ProcessException;
import dev.brood.process.Result;
import dev.brood.process.Stdio;
import dev.brood.process.StopPlan;
import java.time.Duration;
import java.util.List;

/** Looks at a child through a command. */
final class CommandLook {
  private static final int TAIL_BYTES = 1000;

  private CommandLook() {}

  /** Runs it; what is left of it when the time is up, or after an interrupt, is killed. */
  static ProbeResult run(Command command, Duration limit) throws InterruptedException {
    try {
      command
          .stdout(Stdio.none())
          .stderr(Stdio.tail(TAIL_BYTES))
          .stopPlan(StopPlan.KILL)
          .deadline(limit)
          .capture();
      return new ProbeResult.Passed();
    } catch (ExitException e) {
      return new ProbeResult.Failed(ending(e.result()));
    } catch (DeadlineException e) {
      return new ProbeResult.Failed("it took longer than " + Durations.text(limit));
    } catch (ProcessException e) {
      return new ProbeResult.Failed(String.valueOf(e.getMessage()));
    }
  }

  private static String ending(Result result) {
    List<String> lines = result.stderr().lines();
    return result.exit() + (lines.isEmpty() ? "" : ": " + lines.getLast());
  }
}
