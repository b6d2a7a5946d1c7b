package dev.brood.workers.watch;

import dev.brood.process.Child;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Pids;
import dev.brood.process.internal.linux.ProcStat;
import dev.brood.process.observe.ProcessState;
import dev.brood.process.observe.ProcessTable;
import dev.brood.workers.event.FlightRecording;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A child and everything that it started, stopped where they stand until {@link #resume}. They keep
 * their memory and their connections, and use no CPU time.
 *
 * <p>A {@code contained} child is frozen by the kernel as a whole, unseen by its processes. Any
 * other tree gets SIGSTOP, from the root down and again until nobody runs and nobody is new; a
 * process that watches its own children for job control, such as an interactive shell, sees that.
 * Not found is a process that has left the child's group and whose parent has ended. Resume before
 * a stop: a frozen tree handles no SIGTERM.
 *
 * <p>Thread-safe.
 */
public final class Suspension implements AutoCloseable {
  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  /** By what means a tree was stopped. */
  public enum Means {
    /** The kernel's freezer for control groups. */
    FREEZER,
    /** SIGSTOP for each process. */
    SIGNALS
  }

  private final long pid;
  private final @Nullable Freezer freezer;
  private final Map<Long, ProcessTable.Entry> stopped = new LinkedHashMap<>();
  private boolean complete;
  private boolean resumed;

  private Suspension(long pid, @Nullable Freezer freezer) {
    this.pid = pid;
    this.freezer = freezer;
  }

  /**
   * Suspends a child with its tree, and returns when everything has stopped.
   *
   * @param limit how long to try; a process that is busy in the kernel stops only then
   * @return also if something still runs by then, or was never there: {@link #isComplete}
   * @throws InterruptedException if the thread is interrupted; everything is resumed then
   */
  public static Suspension of(Child child, Duration limit) throws InterruptedException {
    Optional<Freezer> freezer = child.isAlive() ? Freezer.of(child.pid()) : Optional.empty();
    Suspension suspension = new Suspension(child.pid(), freezer.orElse(null));
    long deadline =
        System.nanoTime() + Math.min(TimeUnit.NANOSECONDS.convert(limit), Long.MAX_VALUE / 4);
    boolean done = false;
    try {
      suspension.suspend(child, deadline);
      done = true;
      suspension.record("Suspended");
      return suspension;
    } finally {
      if (!done) {
        suspension.resume();
      }
    }
  }

  /** By what means it was done. */
  public Means means() {
    return freezer == null ? Means.SIGNALS : Means.FREEZER;
  }

  /** Whether all that was found had stopped within the limit, and anything was found. */
  public synchronized boolean isComplete() {
    return complete;
  }

  /**
   * Lets everything go on that was stopped here; what was stopped before stays so. Idempotent, from
   * any thread.
   */
  public synchronized void resume() {
    if (resumed) {
      return;
    }
    resumed = true;
    if (freezer != null) {
      boolean unused = freezer.freeze(false);
    }
    for (ProcessTable.Entry member : new ArrayList<>(stopped.values()).reversed()) {
      boolean unused = signal(member, SIGCONT);
    }
    record("Resumed");
  }

  /** The same as {@link #resume}. */
  @Override
  public void close() {
    resume();
  }

  private void record(String kind) {
    if (FlightRecording.inUse()) {
      JfrEvents.suspension(pid, kind, means(), isComplete());
    }
  }

  private synchronized void suspend(Child child, long deadline) throws InterruptedException {
    if (freezer != null) {
      complete = freezer.freeze(true) && awaitFrozen(freezer, deadline);
      return;
    }
    int calmLooks = 0;
    while (calmLooks < 2) {
      List<ProcessTable.Entry> members =
          child.isAlive() ? ProcessTable.read().tree(child.pid()) : List.of();
      boolean calm = stopAll(members);
      complete = calm && !members.isEmpty();
      calmLooks = calm ? calmLooks + 1 : 0;
      if (calmLooks < 2 && !pause(deadline)) {
        complete = false;
        return;
      }
    }
  }

  /** Stops whoever runs; true if nobody did and nobody is new. */
  private boolean stopAll(List<ProcessTable.Entry> members) {
    boolean calm = true;
    for (ProcessTable.Entry member : members) {
      boolean known = isKnown(member);
      if (isStopped(member) || known && waitsForStopped(member, members)) {
        continue;
      }
      calm = false;
      if (!known && signal(member, SIGSTOP)) {
        stopped.put(member.pid(), member);
      }
    }
    return calm;
  }

  private boolean isKnown(ProcessTable.Entry member) {
    ProcessTable.Entry earlier = stopped.get(member.pid());
    return earlier != null && earlier.startTicks() == member.startTicks();
  }

  /**
   * Whether one that has its SIGSTOP stands in vfork(2), until its child execs or ends: it does not
   * take the signal before, and that child is stopped.
   */
  private static boolean waitsForStopped(
      ProcessTable.Entry member, List<ProcessTable.Entry> members) {
    return member.state() == ProcessState.BLOCKED
        && members.stream()
            .anyMatch(
                child -> child.parent() == member.pid() && child.state() == ProcessState.STOPPED);
  }

  private static boolean awaitFrozen(Freezer freezer, long deadline) throws InterruptedException {
    while (!freezer.isFrozen()) {
      if (!pause(deadline)) {
        return false;
      }
    }
    return true;
  }

  /** Waits a moment; false if time is up. */
  private static boolean pause(long deadline) throws InterruptedException {
    LockSupport.parkNanos(LOOK_NANOS);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return System.nanoTime() - deadline < 0;
  }

  /** By a signal, or by a debugger, which decides itself; a zombie runs no more. */
  private static boolean isStopped(ProcessTable.Entry member) {
    return switch (member.state()) {
      case STOPPED, TRACED, ZOMBIE, DEAD -> true;
      case RUNNING, SLEEPING, BLOCKED, IDLE, OTHER -> false;
    };
  }

  /** Signals exactly the process that was seen, never a successor of its pid. */
  private static boolean signal(ProcessTable.Entry seen, int number) {
    int pidfd = Pids.open((int) seen.pid());
    if (pidfd < 0) {
      return false;
    }
    try {
      ProcStat now = ProcStat.read(seen.pid());
      return now != null
          && now.startTicks() == seen.startTicks()
          && Pids.signal(pidfd, number) >= 0;
    } finally {
      int unused = Descriptors.close(pidfd);
    }
  }
}
