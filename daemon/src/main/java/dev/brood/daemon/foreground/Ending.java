package dev.brood.daemon.foreground;

import dev.brood.daemon.config.App;
import dev.brood.process.Cause;
import dev.brood.process.Exit;
import dev.brood.workers.supervise.Death;
import dev.brood.workers.supervise.Ending.Lost;
import dev.brood.workers.supervise.Ending.NotStarted;
import dev.brood.workers.supervise.Ending.ProcessEnded;
import dev.brood.workers.supervise.Ending.SupervisorEnded;
import dev.brood.workers.supervise.Ending.Survived;
import java.time.Duration;
import java.util.Locale;

/**
 * How one run of an instance ended, in words.
 *
 * @param standing by whom and how well
 * @param exitCode what it makes of the exit code of {@code up} if it is a failure for good
 * @param text for people
 */
record Ending(Standing standing, int exitCode, String text) {
  /**
   * Of a run of an app's instance.
   *
   * @param asked whether we had asked it to end
   */
  static Ending of(App app, Death death, boolean asked) {
    return switch (death.ending()) {
      case ProcessEnded(Exit exit, Cause cause) -> {
        boolean ours = asked && cause != Cause.SELF;
        yield ours ? byUs(app, exit, death) : bySelf(app, exit, ran(death));
      }
      case NotStarted(String reason) ->
          new Ending(Standing.NOT_STARTED, ExitCodes.NOT_EXECUTABLE, reason);
      case Lost(String reason) -> new Ending(Standing.FAILED, ExitCodes.FAILURE, "lost: " + reason);
      case Survived survived -> new Ending(Standing.LEFT, ExitCodes.FAILURE, survived.toString());
      case SupervisorEnded _ -> throw new AssertionError("no app is a supervisor");
    };
  }

  private static Ending bySelf(App app, Exit exit, String ran) {
    boolean success =
        exit instanceof Exit.Exited(int code) && app.supervision().successCodes().contains(code);
    String text = (success ? "ended with " : "failed with ") + words(exit) + ran;
    // One that is restarted after a success, too, can fail for good with exit code 0.
    int code = exit.success() ? ExitCodes.FAILURE : exit.shellCode();
    return new Ending(success ? Standing.SUCCEEDED : Standing.FAILED, code, text);
  }

  private static Ending byUs(App app, Exit exit, Death death) {
    String how = words(exit);
    String signal = app.killSignal();
    boolean killed = how.startsWith("SIGKILL") && !signal.equals("SIGKILL");
    String detail = killed || how.equals(signal) ? "" : ", " + how;
    String text = (killed ? "killed with SIGKILL" : "stopped with " + signal) + detail;
    return new Ending(
        killed ? Standing.KILLED : Standing.STOPPED, ExitCodes.FAILURE, text + ran(death));
  }

  private static String words(Exit exit) {
    return switch (exit) {
      case Exit.Exited(int code) -> "exit code " + code;
      case Exit.Signaled(var signal, boolean core) ->
          signal.name() + (core ? " (core dumped)" : "");
    };
  }

  private static String ran(Death death) {
    return ", ran " + seconds(death.lifetime());
  }

  /** {@code 0.02 s}, {@code 12.5 s}, {@code 2 m 5 s}. */
  static String seconds(Duration duration) {
    double seconds = duration.toNanos() / 1e9;
    if (seconds < 10) {
      return String.format(Locale.ROOT, "%.2f s", seconds);
    }
    return seconds < 60
        ? String.format(Locale.ROOT, "%.1f s", seconds)
        : duration.toMinutes() + " m " + duration.toSecondsPart() + " s";
  }
}
