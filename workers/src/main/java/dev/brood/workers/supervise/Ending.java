package dev.brood.workers.supervise;

import dev.brood.process.Cause;
import dev.brood.process.Exit;
import java.util.List;

/** How one run of a child has ended. Immutable. */
public sealed interface Ending {
  /** Its process has ended. */
  record ProcessEnded(Exit exit, Cause cause) implements Ending {
    @Override
    public String toString() {
      return exit + (cause == Cause.SELF ? "" : ", " + cause);
    }
  }

  /** The supervisor that it is has ended. */
  record SupervisorEnded(SupervisorEnd end) implements Ending {
    @Override
    public String toString() {
      return end.toString();
    }
  }

  /** It could not be started. */
  record NotStarted(String reason) implements Ending {
    @Override
    public String toString() {
      return reason;
    }
  }

  /** It has ended, and nobody knows how: as a rule other code of this JVM has reaped it. */
  record Lost(String reason) implements Ending {
    @Override
    public String toString() {
      return reason;
    }
  }

  /**
   * It has not ended, or not everything that it has started: these processes are stuck in the
   * kernel or not ours to signal.
   */
  record Survived(List<Long> pids) implements Ending {
    /** Copies the list. */
    public Survived {
      pids = List.copyOf(pids);
    }

    @Override
    public String toString() {
      return "cannot be ended: pids " + pids;
    }
  }
}
