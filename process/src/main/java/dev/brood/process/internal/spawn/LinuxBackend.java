package dev.brood.process.internal.spawn;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.ErrnoException;
import dev.brood.process.internal.linux.Pids;
import dev.brood.process.internal.spawn.SpawnFailure.Kind;
import java.lang.System.Logger.Level;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Linux 5.4 and newer with glibc 2.34 and newer: posix_spawn, pidfds, one reactor, one sidecar. */
public final class LinuxBackend implements Backend {
  // About the number of open descriptors from which a start on the caller's own thread costs more
  // than handing it to a SpawnThread: docs/decisions/0002.
  private static final int MANY_DESCRIPTORS = 400;

  private static final FutureTask<LinuxBackend> SHARED = new FutureTask<>(LinuxBackend::new);
  private static final AtomicBoolean MAKING = new AtomicBoolean();

  private final Reactor reactor;
  private final SpawnThreads threads = new SpawnThreads();
  private final Semaphore turns = new Semaphore(2 * SpawnThreads.MOST);
  private final Sidecar sidecar;
  private volatile boolean toldOfNoCells;

  private LinuxBackend() {
    fillStandardDescriptors();
    reactor = Reactor.shared();
    Pids.defaultChildSignal();
    sidecar = Sidecar.start();
  }

  /**
   * The backend of this JVM; made, with its thread and its sidecar, at the first call.
   *
   * @throws UnsupportedOperationException on another system than Linux
   */
  public static LinuxBackend shared() {
    String system = System.getProperty("os.name");
    if (!system.equals("Linux")) {
      throw new UnsupportedOperationException(
          "Brood starts processes on Linux only so far, not on " + system);
    }
    if (!SHARED.isDone()) {
      makeShared();
    }
    return SHARED.resultNow();
  }

  /**
   * Makes the backend, for a virtual thread on a platform thread: it takes a tenth of a second, and
   * virtual threads that wait for the initialization of a class keep their carriers for so long.
   */
  private static void makeShared() {
    if (!Thread.currentThread().isVirtual()) {
      SHARED.run();
    } else if (MAKING.compareAndSet(false, true)) {
      Thread.ofPlatform().name("brood-start").daemon().start(SHARED);
    }
    Throwable problem = Uninterruptible.await(SHARED);
    if (problem != null) {
      throw new IllegalStateException("the engine cannot start", problem);
    }
  }

  @Override
  public Started start(SpawnPlan plan) throws SpawnFailure {
    if (!Thread.currentThread().isVirtual()) {
      return startNow(plan);
    }
    // In turn from the first descriptor on: a thousand virtual threads that all want to start
    // children would otherwise keep the carriers busy, and whoever is behind them waiting.
    turns.acquireUninterruptibly();
    try {
      return startNow(plan);
    } finally {
      turns.release();
    }
  }

  private Started startNow(SpawnPlan plan) throws SpawnFailure {
    Wiring wiring = Wiring.open(plan.wires(), reactor);
    try {
      return wiring.complete(spawn(plan, wiring));
    } catch (SpawnFailure | RuntimeException e) {
      wiring.abort();
      throw e;
    }
  }

  private LinuxProcess spawn(SpawnPlan plan, Wiring wiring) throws SpawnFailure {
    int[] targets = wiring.targets();
    wiring.reserveOne();
    int[] sources = wiring.sources(targets);
    ControlGroup cell = plan.contained() ? makeCell() : null;
    SpawnCall call = new SpawnCall(plan, targets, cell);
    boolean many = wiring.highest() > MANY_DESCRIPTORS;
    try {
      if (!many && !Thread.currentThread().isVirtual()) {
        call.run(sources);
        return watched(plan, call, wiring, cell);
      }
      SpawnThread thread = threads.take();
      try {
        if (many || thread.isApart()) {
          thread.make(call, sources);
          return watched(plan, call, wiring, cell);
        }
        return thread.run(() -> {
          call.run(sources);
          LinuxProcess process = watched(plan, call, wiring, cell);
          if (plan.headStartNanos() > 0 && !threads.isWaitedFor()) {
            process.awaitDirectly(plan.headStartNanos());
          }
          return process;
        });
      } finally {
        threads.giveBack(thread);
      }
    } catch (SpawnFailure | RuntimeException e) {
      if (cell != null) {
        cell.remove();
      }
      throw e;
    }
  }

  /** Takes hold of a started child; one that cannot be watched is ended here and now. */
  private LinuxProcess watched(
      SpawnPlan plan, SpawnCall call, Wiring wiring, @Nullable ControlGroup cell)
      throws SpawnFailure {
    int pid = call.result();
    wiring.freeReserved();
    int pidfd = Pids.open(pid);
    try {
      if (pidfd < 0) {
        throw new ErrnoException("pidfd_open", -pidfd);
      }
      boolean leadsGroup = plan.leads() != SpawnPlan.Leads.NOTHING;
      if (plan.detached()) {
        return new LinuxProcess(pid, pidfd, leadsGroup, cell, reactor, () -> {});
      }
      int line = sidecar.enter(pid, leadsGroup, cell);
      return new LinuxProcess(pid, pidfd, leadsGroup, cell, reactor, () -> sidecar.leave(line));
    } catch (ErrnoException e) {
      Pids.killAndReap(pid);
      if (pidfd >= 0) {
        Descriptors.close(pidfd);
      }
      throw new SpawnFailure(
          Kind.RESOURCES_EXHAUSTED,
          e.number(),
          "watching the child",
          "the child had started and was killed");
    }
  }

  /** A control group for a child that is about to start; null where none can be made. */
  private @Nullable ControlGroup makeCell() {
    ControlGroup cell = ControlGroup.create();
    if (cell != null) {
      return cell;
    }
    if (!toldOfNoCells) {
      toldOfNoCells = true;
      System.getLogger("dev.brood.process")
          .log(
              Level.WARNING,
              "no control group can be made (it takes a writable cgroup v2): contained children"
                  + " are stopped by process group and parentage only");
    }
    return null;
  }

  /**
   * Makes sure that 0, 1 and 2 are open, so that no pipe of ours ever gets such a number and is
   * taken for this process's standard input or output.
   */
  private static void fillStandardDescriptors() {
    for (int fd = 0; fd <= 2; fd++) {
      if (!Descriptors.isOpen(fd)) {
        Descriptors.open("/dev/null", Descriptors.O_RDWR, 0);
      }
    }
  }
}
