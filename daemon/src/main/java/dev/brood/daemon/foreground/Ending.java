package dev.brood.daemon.foreground;

import dev.brood.daemon.apps.Instance;
import dev.brood.process.Cause;
import dev.brood.process.Exit;
import dev.brood.process.Result;
import java.time.Duration;
import java.util.Locale;

/**
 * How one instance ended, in words.
 *
 * @param kind by whom and how well
 * @param exitCode as a shell would see it: 128+n for a signal
 * @param text for people
 */
record Ending(Kind kind, int exitCode, String text) {
  /** What an ending counts as. */
  enum Kind {
    /** By itself, with exit code 0. */
    SUCCEEDED,
    /** By itself, otherwise. */
    FAILED,
    /** By us, within its grace. */
    STOPPED,
    /** By us, with SIGKILL. */
    KILLED
  }

  static Ending of(Instance instance, Result result) {
    Exit exit = result.exit();
    String ran = ", ran " + seconds(result.duration());
    if (result.cause() == Cause.SELF) {
      Kind kind = exit.success() ? Kind.SUCCEEDED : Kind.FAILED;
      String verb = exit.success() ? "ended with " : "failed with ";
      return new Ending(kind, exit.shellCode(), verb + words(exit) + ran);
    }
    String asked = instance.plan().app().killSignal();
    String how = words(exit);
    boolean killed = how.startsWith("SIGKILL") && !asked.equals("SIGKILL");
    if (killed) {
      return new Ending(Kind.KILLED, exit.shellCode(), "killed with SIGKILL" + ran);
    }
    String detail = how.equals(asked) ? "" : ", " + how;
    return new Ending(Kind.STOPPED, exit.shellCode(), "stopped with " + asked + detail + ran);
  }

  private static String words(Exit exit) {
    return switch (exit) {
      case Exit.Exited(int code) -> "exit code " + code;
      case Exit.Signaled(var signal, boolean core) ->
          signal.name() + (core ? " (core dumped)" : "");
    };
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
