package dev.brood.workers.pool;

import dev.brood.process.Exit;
import dev.brood.process.Signal;
import java.util.Optional;

/**
 * How a worker ended, or why it did not come up. Immutable.
 *
 * @param what the worker, for people
 * @param exit how its process ended; empty if there was none or nobody knows
 * @param reason what is known besides; may be empty
 * @param stderr the last that it wrote there
 * @param foreign whether somebody outside this JVM may have ended it
 * @param hopeless whether another start would fail in the same way
 * @param lastUnread whether it ended before it had read the last call that was sent to it
 */
record Death(
    String what,
    Optional<Exit> exit,
    String reason,
    String stderr,
    boolean foreign,
    boolean hopeless,
    boolean lastUnread) {

  /** A process that could not be started. */
  static Death notStarted(String what, String reason, boolean hopeless) {
    return new Death(what, Optional.empty(), reason, "", false, hopeless, true);
  }

  /** The same, and why this side has ended it. */
  Death because(String why) {
    String both = reason.isEmpty() ? why : why + "; " + reason;
    return new Death(what, exit, both, stderr, foreign, hopeless, lastUnread);
  }

  /** Whether the kernel or a stranger has killed it: when memory is short, say. */
  boolean killedByStranger() {
    return foreign
        && exit.isPresent()
        && exit.get() instanceof Exit.Signaled(Signal signal, boolean core)
        && signal.equals(Signal.KILL);
  }

  /** All of it for people. */
  String text() {
    StringBuilder text = new StringBuilder(what);
    exit.ifPresent(how -> text.append(" ended with ").append(how));
    if (!reason.isEmpty()) {
      text.append(": ").append(reason);
    }
    if (killedByStranger()) {
      text.append(", from outside: the kernel does that when memory runs out");
    }
    if (!stderr.isBlank()) {
      text.append("\n  ").append(stderr.strip().replace("\n", "\n  "));
    }
    return text.toString();
  }
}
