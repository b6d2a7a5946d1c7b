package dev.brood.process.internal.spawn;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.io.Watch;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.ErrnoException;
import dev.brood.process.internal.linux.Pids;
import dev.brood.process.internal.linux.ProcStat;
import dev.brood.process.internal.linux.WaitRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A child behind its pidfd.
 *
 * <p>It is reaped at once when it ends, unless a stop is under way: then it stays a zombie until
 * the stop is done, because its pid is also the name of its group, and only an unreaped leader
 * keeps that name from being given to a stranger.
 */
final class LinuxProcess extends OsProcess {
  private static final int SIGKILL = 9;
  private static final long LAST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final int pid;
  private final boolean leadsGroup;
  private final @Nullable ControlGroup cell;
  private final Reactor reactor;
  private final ExitWatch watch;
  private final Runnable beforeReap;
  private final long inheritedPeakBytes;
  private int holds;
  private boolean ended;
  private boolean reaped;
  private boolean watched;
  private boolean groupOutlivesLeader;
  private int stopsUnderWay;

  /** What those stops know of the tree; null if there are none. */
  private @Nullable Map<Long, ProcStat> stopping;

  /**
   * A child that was just started; somebody must {@link #watch} it or wait for it.
   *
   * @param cell holds the child and all that it starts; it is emptied when the child ends
   * @param beforeReap done once, while the pid still belongs to the child
   */
  LinuxProcess(
      int pid,
      int pidfd,
      boolean leadsGroup,
      @Nullable ControlGroup cell,
      Reactor reactor,
      Runnable beforeReap) {
    this.pid = pid;
    this.leadsGroup = leadsGroup;
    this.cell = cell;
    this.reactor = reactor;
    this.beforeReap = beforeReap;
    // Until its exec a child shares our memory, and the kernel counts that as its own.
    this.inheritedPeakBytes = Pids.ownPeakResidentBytes();
    this.watch = new ExitWatch(pidfd);
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public void watch() {
    try {
      synchronized (this) {
        if (!ended && !watched) {
          reactor.add(watch, Epoll.IN);
          watched = true;
        }
      }
    } catch (ErrnoException e) { // nobody would ever know of its end
      Pids.signal(watch.pidfd, SIGKILL);
      awaitDirectly(LAST_WAIT_NANOS);
      throw e;
    }
  }

  @Override
  public boolean awaitDirectly(long waitNanos) {
    if (!hold()) {
      return true;
    }
    try {
      if (Pids.awaitExit(watch.pidfd, waitNanos)) {
        exited();
      }
      return ended(); // not while a tracer hides it: somebody has to watch it then
    } finally {
      release();
    }
  }

  boolean leadsGroup() {
    return leadsGroup;
  }

  @Override
  public synchronized boolean signal(int number) {
    return !ended && Pids.signal(watch.pidfd, number) == 0;
  }

  @Override
  public boolean signalGroup(int number) {
    if (!leadsGroup) {
      throw new IllegalStateException("process " + pid + " leads no group");
    }
    synchronized (this) {
      if (!reaped) {
        return Pids.signalGroup(pid, number) == 0;
      }
    }
    return new TreeStop(this, new HashMap<>()).signalLeftovers(number) > 0;
  }

  @Override
  public StopOutcome stopTree(List<StopStep> steps) {
    if (!mayHaveSurvivors()) {
      return new StopOutcome(true, List.of(), 0, List.of());
    }
    TreeStop stop = new TreeStop(this, stopBegins());
    try {
      return stop.run(steps);
    } finally {
      stopEnds();
    }
  }

  private synchronized Map<Long, ProcStat> stopBegins() {
    Map<Long, ProcStat> members = stopping == null ? new ConcurrentHashMap<>() : stopping;
    stopping = members;
    stopsUnderWay++;
    return members;
  }

  private synchronized void stopEnds() {
    stopsUnderWay--;
    if (stopsUnderWay == 0) {
      stopping = null;
    }
  }

  @Override
  public synchronized boolean mayHaveSurvivors() {
    return !ended || stopsUnderWay > 0 || groupOutlivesLeader;
  }

  /** The control group that holds it; null if there is none. */
  @Nullable ControlGroup cell() {
    return cell;
  }

  /** Keeps the child from being reaped; false if it already was. */
  synchronized boolean hold() {
    if (reaped) {
      return false;
    }
    holds++;
    return true;
  }

  /** Ends a {@link #hold}; the last one reaps the child if it has ended. */
  synchronized void release() {
    holds--;
    if (holds == 0 && ended) {
      reap();
    }
  }

  synchronized boolean ended() {
    return ended;
  }

  private void exited() {
    WaitRecord record = new WaitRecord();
    int result;
    synchronized (this) {
      if (ended) {
        return;
      }
      result = Pids.peek(watch.pidfd, record);
      if (result == 0 && !record.ended()) {
        return; // a tracer hides it yet, ptrace(2): waits for the next event
      }
      ended = true;
      unwatch();
      if (holds == 0) {
        reap();
      }
    }
    if (result < 0) {
      ending().completeExceptionally(new StatusLostException(pid));
    } else {
      ending().complete(ending(record));
    }
  }

  private void unwatch() {
    if (watched) {
      watched = false;
      reactor.remove(watch);
    }
  }

  /** Reaps and forgets everything that depends on the pid. Called under the lock. */
  private void reap() {
    beforeReap.run();
    Pids.reap(watch.pidfd, new WaitRecord());
    unwatch();
    reaped = true;
    Descriptors.close(watch.pidfd);
    if (cell != null && !cell.remove()) {
      Thread.startVirtualThread(cell::killAndRemove);
    }
    // Members keep the group's number in use, so this asks about our group or about none.
    groupOutlivesLeader = leadsGroup && !Errno.ESRCH.is(Pids.signalGroup(pid, 0));
  }

  private Ending ending(WaitRecord record) {
    long peak = record.peakResidentBytes();
    ResourceUse use =
        new ResourceUse(
            record.userMicros(),
            record.systemMicros(),
            peak > inheritedPeakBytes ? peak : ResourceUse.UNKNOWN,
            record.minorFaults(),
            record.majorFaults(),
            record.blocksRead(),
            record.blocksWritten(),
            record.voluntarySwitches(),
            record.involuntarySwitches());
    return new Ending(
        record.exited(), record.status(), record.coreDumped(), use, System.nanoTime());
  }

  private final class ExitWatch extends Watch {
    private final int pidfd;

    ExitWatch(int pidfd) {
      super(pidfd);
      this.pidfd = pidfd;
    }

    @Override
    protected void ready(int events) {
      exited();
    }

    @Override
    protected void broken(Throwable reason) {
      ending().completeExceptionally(reason);
    }
  }
}
