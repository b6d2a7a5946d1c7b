package dev.brood.process.internal.spawn;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A started child as the operating system knows it. Thread-safe. */
public abstract class OsProcess {
  private final CompletableFuture<Ending> ending = new CompletableFuture<>();

  public abstract long pid();

  /**
   * Completed when the process has ended; exceptionally with {@link StatusLostException} if
   * somebody else reaped it. Nothing that blocks, and nothing of a user's, may depend on it
   * directly.
   */
  public final CompletableFuture<Ending> ending() {
    return ending;
  }

  /**
   * Lets the reactor wait for the ending from now on; called once, unless {@link #awaitDirectly}
   * has seen the ending before.
   */
  public abstract void watch();

  /**
   * Waits on the calling platform thread itself, without a detour by way of the reactor: the
   * fastest way to know. Not interruptible, so for short times.
   *
   * @return whether the process has ended; false also if it cannot be waited for like this
   */
  public abstract boolean awaitDirectly(long waitNanos);

  /** Signals the process only; false if it has ended. */
  public abstract boolean signal(int number);

  /** Signals all of the group that the process leads; false if nobody is left in it. */
  public abstract boolean signalGroup(int number);

  /**
   * Ends the process and all its descendants: each step's signal, then its wait, then SIGKILL.
   * Waits on the calling thread, which should be virtual, and always ends.
   */
  public abstract StopOutcome stopTree(List<StopStep> steps);

  /** Whether anything of the tree may be left to stop. */
  public abstract boolean mayHaveSurvivors();

  /** A signal and how long to wait for its effect. */
  public record StopStep(int signal, long waitNanos) {}

  /**
   * What a stop did.
   *
   * @param alreadyEnded whether there was nothing to do
   * @param signals the signals sent, in order
   * @param signalled how many processes were told, the child included
   * @param survivors pids that live on although they got SIGKILL (a stuck system call) or could not
   *     be signalled (another user's)
   */
  public record StopOutcome(
      boolean alreadyEnded, List<Integer> signals, int signalled, List<Long> survivors) {}

  /** The exit status went to somebody else's wait(2). */
  public static final class StatusLostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StatusLostException(long pid) {
      super("the exit status of process " + pid + " was taken by another waiter in this JVM");
    }
  }
}
