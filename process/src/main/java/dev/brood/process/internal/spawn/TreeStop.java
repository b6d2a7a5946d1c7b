package dev.brood.process.internal.spawn;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.Pids;
import dev.brood.process.internal.linux.ProcStat;
import dev.brood.process.internal.spawn.OsProcess.StopOutcome;
import dev.brood.process.internal.spawn.OsProcess.StopStep;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One stop of a child and of everything that it started.
 *
 * <p>Descendants are listed before anything is signalled, because a dead parent's children cannot
 * be found any more. The group is signalled as a whole, which the kernel does at once for all
 * members, also for one that forks meanwhile; a descendant that has left the group is signalled
 * through a pidfd, after a look that its pid still is the process that was listed. This repeats
 * until nothing lives, with SIGKILL at last, and always ends.
 *
 * <p>A look needs descriptors. Where none is left the child and its group are signalled without it,
 * what is known counts as alive, and looks are repeated as long as the steps last.
 *
 * <p>Not found: a process that left the group and whose parent ended before the stop began, or
 * while the signals before SIGKILL were given their time.
 */
final class TreeStop {
  private static final int SIGKILL = 9;
  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;
  private static final long KILL_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long FREEZE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long FIRST_LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
  private static final long LAST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** On a machine where processes end all the time no look is sure; several are, as good as. */
  private static final int MOST_EMPTY_LOOKS = 5;

  private final LinuxProcess child;
  private final Map<Long, ProcStat> known;
  private final Set<Long> told = new HashSet<>();
  private boolean held;
  private boolean complete;
  private boolean settled;
  private boolean interrupted;

  /**
   * Prepares it.
   *
   * @param known what is known to belong to the tree; stops under way at the same time share it
   */
  TreeStop(LinuxProcess child, Map<Long, ProcStat> known) {
    this.child = child;
    this.known = known;
  }

  StopOutcome run(List<StopStep> steps) {
    held = child.hold();
    try {
      List<Integer> sent = new ArrayList<>();
      boolean gone = false;
      for (StopStep step : steps) {
        signalAll(step.signal());
        sent.add(step.signal());
        gone = awaitGone(step.waitNanos(), step.signal());
        if (gone) {
          break;
        }
      }
      List<Long> survivors = List.of();
      if (!gone) {
        sent.add(SIGKILL);
        survivors = killAll();
      }
      return new StopOutcome(false, List.copyOf(sent), told.size(), survivors);
    } finally {
      if (held) {
        child.release();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Signals the members that outlived their reaped leader; how many there were.
   *
   * @throws UncheckedIOException if no descriptor is left to find them
   */
  int signalLeftovers(int number) {
    Map<Long, ProcStat> living = new HashMap<>();
    look(ProcessTable.fresh(), living);
    int count = 0;
    for (ProcStat member : living.values()) {
      count += signal(member, number) ? 1 : 0;
    }
    return count;
  }

  private List<Long> killAll() {
    long end = System.nanoTime() + KILL_NANOS;
    long look = FIRST_LOOK_NANOS;
    while (true) {
      freeze();
      signalAll(SIGKILL);
      if (child.cell() != null) {
        child.cell().kill();
      }
      if (awaitGone(look, SIGKILL)) {
        return List.of();
      }
      if (System.nanoTime() - end > 0) {
        return survivors();
      }
      look = Math.min(look * 2, LAST_LOOK_NANOS * 5);
    }
  }

  /** What lives, with the child as long as nobody has seen its end. */
  private List<Long> survivors() {
    Set<Long> pids = new LinkedHashSet<>();
    if (held && !child.ended()) {
      pids.add(child.pid());
    }
    living().forEach(member -> pids.add(member.pid()));
    return List.copyOf(pids);
  }

  /**
   * Stops everything of the tree if some of it is outside of the group: stopped processes fork no
   * more. A look at which nobody runs and nobody is new, and another one after it, make the list
   * complete. Gives up after a while, as a process may be stuck in the kernel.
   */
  private void freeze() {
    long end = System.nanoTime() + FREEZE_NANOS;
    Set<Long> frozen = new HashSet<>();
    int calmLooks = 0;
    while (calmLooks < 2 && System.nanoTime() - end < 0) {
      List<ProcStat> members = living();
      if (members.stream().allMatch(this::signalledWithGroup)) {
        return; // one signal reaches them all at once, and those that they fork
      }
      boolean calm = complete;
      for (ProcStat member : members) {
        if (freeze(member, frozen)) {
          calm = false;
        } else if (member.state() == 'R' || member.state() == 'S') {
          calm = false;
        }
      }
      calmLooks = calm ? calmLooks + 1 : 0;
      if (!complete) {
        LockSupport.parkNanos(this, FIRST_LOOK_NANOS);
        interrupted |= Thread.interrupted();
      }
    }
  }

  /**
   * Stops a process and then, at once, the children that it has by now: a chain of short-lived
   * parents outruns looks at all of /proc. False if it was told before.
   */
  private boolean freeze(ProcStat first, Set<Long> frozen) {
    boolean any = false;
    Deque<ProcStat> next = new ArrayDeque<>(List.of(first));
    for (ProcStat member = next.poll(); member != null; member = next.poll()) {
      if (frozen.add(member.pid())) {
        any = true;
        signal(member, SIGSTOP);
        known.put(member.pid(), member);
        next.addAll(childrenOf(member));
      }
    }
    return any;
  }

  private List<ProcStat> childrenOf(ProcStat parent) {
    List<ProcStat> children = new ArrayList<>();
    try {
      for (long pid : ProcStat.children(parent.pid())) {
        ProcStat started = ProcStat.read(pid);
        if (started != null && !started.dead() && started.parent() == parent.pid()) {
          children.add(started);
        }
      }
    } catch (UncheckedIOException e) {
      complete = false; // the next look finds the others, if it has descriptors
    }
    return children;
  }

  private void signalAll(int number) {
    List<ProcStat> members = living();
    if (held) {
      if (!child.ended()) {
        told.add(child.pid());
      }
      if (child.leadsGroup()) {
        Pids.signalGroup((int) child.pid(), number);
      } else {
        child.signal(number);
      }
    }
    for (ProcStat member : members) {
      boolean reached = signalledWithGroup(member) && !hasLeftGroup(member);
      if (reached || signal(member, number)) {
        told.add(member.pid());
      }
    }
    // A stopped process acts on nothing but SIGKILL until it is continued (signal(7)).
    if (number != SIGKILL && number != SIGSTOP) {
      for (ProcStat member : members) {
        if (member.state() == 'T') {
          signal(member, SIGCONT);
        }
      }
    }
  }

  /** Whether it went after it was listed, so that the group's signal may have missed it. */
  private boolean hasLeftGroup(ProcStat member) {
    ProcStat now = child.leadsGroup() ? reading(member) : null;
    return now != null && !now.dead() && now.group() != member.group();
  }

  private boolean signalledWithGroup(ProcStat member) {
    return held
        && (member.pid() == child.pid() || (child.leadsGroup() && member.group() == child.pid()));
  }

  /**
   * Waits until the child has ended and nothing of its tree lives; false when time is up. What it
   * has started after the signal, while it still lived, is signalled when it has ended.
   */
  private boolean awaitGone(long waitNanos, int number) {
    long end = System.nanoTime() + Math.min(waitNanos, Long.MAX_VALUE / 4);
    if (held) {
      boolean ended = Uninterruptible.awaitUntil(child.ending(), end);
      interrupted |= Thread.interrupted();
      if (!ended) {
        return false;
      }
    }
    long look = FIRST_LOOK_NANOS;
    int emptyLooks = 0;
    while (true) {
      List<ProcStat> members = living();
      emptyLooks = members.isEmpty() && complete ? emptyLooks + 1 : 0;
      if (emptyLooks > 0 && (settled || emptyLooks == MOST_EMPTY_LOOKS)) {
        return true;
      }
      for (ProcStat member : members) {
        if (!told.contains(member.pid()) && signal(member, number)) {
          told.add(member.pid());
        }
      }
      long left = end - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      if (emptyLooks == 0) {
        LockSupport.parkNanos(this, Math.min(look, left));
        interrupted |= Thread.interrupted();
        look = Math.min(look * 2, LAST_LOOK_NANOS);
      }
    }
  }

  /** What lives of the tree now; remembers it, as a process may leave its group and its parent. */
  private List<ProcStat> living() {
    ProcessTable table = ProcessTable.fresh();
    complete = table.complete();
    settled = table.settled();
    Map<Long, ProcStat> living = new HashMap<>();
    try {
      look(table, living);
    } catch (UncheckedIOException e) {
      complete = false;
      known.forEach(living::putIfAbsent);
    }
    known.putAll(living);
    return List.copyOf(living.values());
  }

  /**
   * Adds what lives of the tree, and forgets what is known to have ended.
   *
   * @throws UncheckedIOException if no descriptor is left for it
   */
  private void look(ProcessTable table, Map<Long, ProcStat> living) {
    if (held) {
      add(table.descendants(child.pid()), living);
      ProcStat leader = child.ended() ? null : ProcStat.read(child.pid());
      if (leader != null && !leader.dead()) {
        living.put(leader.pid(), leader);
      }
    }
    if (child.leadsGroup() && (held || ProcStat.read(child.pid()) == null)) {
      List<ProcStat> group = table.group(child.pid());
      add(group, living);
      group.forEach(member -> add(table.descendants(member.pid()), living));
    }
    if (child.cell() != null) {
      for (long pid : child.cell().members()) {
        ProcStat member = ProcStat.read(pid);
        if (member != null && !member.dead()) {
          living.put(pid, member);
        }
      }
    }
    for (ProcStat earlier : List.copyOf(known.values())) {
      if (living.containsKey(earlier.pid())) {
        continue;
      }
      ProcStat now = ProcStat.read(earlier.pid());
      if (now == null || now.dead() || now.startTicks() != earlier.startTicks()) {
        known.remove(earlier.pid());
      } else {
        living.put(now.pid(), now);
        add(table.descendants(now.pid()), living);
      }
    }
  }

  private static void add(List<ProcStat> found, Map<Long, ProcStat> living) {
    found.forEach(entry -> living.put(entry.pid(), entry));
  }

  /** Signals exactly the process that was listed, never another one of its pid. */
  private boolean signal(ProcStat listed, int number) {
    int pidfd = Pids.open((int) listed.pid());
    if (pidfd < 0) {
      return false;
    }
    try {
      ProcStat now = reading(listed);
      return now != null
          && now.startTicks() == listed.startTicks()
          && !Errno.ESRCH.is(Pids.signal(pidfd, number));
    } finally {
      Descriptors.close(pidfd);
    }
  }

  /** What its pid is now; null if it is gone, or there is no descriptor for a look. */
  private static @Nullable ProcStat reading(ProcStat listed) {
    try {
      return ProcStat.read(listed.pid());
    } catch (UncheckedIOException e) {
      return null;
    }
  }
}
