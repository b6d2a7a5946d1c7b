package dev.brood.process.internal.spawn;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.ErrnoException;
import dev.brood.process.internal.linux.Pids;
import dev.brood.process.internal.spawn.SpawnFailure.Kind;

/** Linux 5.4 and newer with glibc 2.34 and newer: posix_spawn, pidfds, one reactor, one sidecar. */
public final class LinuxBackend implements Backend {
  // About the number of open descriptors from which a start on the caller's own thread costs more
  // than handing it to a SpawnThread: docs/decisions/0002.
  private static final int MANY_DESCRIPTORS = 400;

  private static final class Shared {
    static final LinuxBackend BACKEND = new LinuxBackend();
  }

  private final Reactor reactor;
  private final SpawnThreads threads = new SpawnThreads();
  private final Sidecar sidecar;

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
    return Shared.BACKEND;
  }

  @Override
  public Started start(SpawnPlan plan) throws SpawnFailure {
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
    SpawnCall call = new SpawnCall(plan, targets);
    if (Thread.currentThread().isVirtual() || wiring.highest() > MANY_DESCRIPTORS) {
      threads.make(call, sources);
    } else {
      call.run(sources);
    }
    int pid = call.result();
    wiring.freeReserved();
    return watched(plan, pid);
  }

  /** Begins to watch a started child; one that cannot be watched is ended here and now. */
  private LinuxProcess watched(SpawnPlan plan, int pid) throws SpawnFailure {
    int pidfd = Pids.open(pid);
    try {
      if (pidfd < 0) {
        throw new ErrnoException("pidfd_open", -pidfd);
      }
      boolean leadsGroup = plan.leads() != SpawnPlan.Leads.NOTHING;
      if (plan.detached()) {
        return new LinuxProcess(pid, pidfd, leadsGroup, reactor, () -> {});
      }
      int line = sidecar.enter(pid, leadsGroup);
      return new LinuxProcess(pid, pidfd, leadsGroup, reactor, () -> sidecar.leave(line));
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
