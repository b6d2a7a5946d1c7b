package dev.brood.process.internal.spawn;

import dev.brood.process.internal.linux.Environ;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.PosixSpawn;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One start, ready to be made on whichever thread may block for it. */
final class SpawnCall {
  // A file that was just written is busy while any other thread's child has not reached its exec:
  // a matter of milliseconds, and of more when many start at once on few processors; all tries
  // together take less than half a second. See execve(2), ETXTBSY.
  private static final int BUSY_TRIES = 30;
  private static final long BUSY_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final SpawnPlan plan;
  private final byte[][] arguments;
  private final @Nullable ControlGroup cell;
  private final int[] targets;
  private int pid;
  private @Nullable SpawnFailure failure;
  private @Nullable Throwable defect;

  /**
   * @param targets the numbers of the child's descriptors, ascending
   * @param cell the control group that the child enters before it becomes its program; null: none
   */
  SpawnCall(SpawnPlan plan, int[] targets, @Nullable ControlGroup cell) {
    this.plan = plan;
    this.cell = cell;
    this.targets = targets;
    this.arguments =
        plan.arguments().stream().map(ProgramLookup::terminated).toArray(byte[][]::new);
  }

  int descriptorCount() {
    return targets.length;
  }

  int highestTarget() {
    return targets[targets.length - 1];
  }

  /**
   * Makes the call, and keeps whatever goes wrong for {@link #result}, for which somebody waits.
   *
   * @param sources the descriptors to copy, as numbered on this thread
   */
  void run(int[] sources) {
    try {
      String file = ProgramLookup.find(plan.program(), plan.searchPath());
      int result = spawn(file, sources);
      for (int i = 1; Errno.ETXTBSY.is(result) && i < BUSY_TRIES; i++) {
        LockSupport.parkNanos(BUSY_WAIT_NANOS * i);
        result = spawn(file, sources);
      }
      if (result < 0) {
        byte[][] environment = plan.environment();
        failure =
            FailureDiagnosis.explain(
                plan,
                file,
                arguments,
                environment == null ? Environ.entries() : environment,
                -result);
      }
      pid = result;
    } catch (SpawnFailure e) {
      failure = e;
    } catch (RuntimeException | Error e) { // such as a class that cannot be loaded any more
      defect = e;
    }
  }

  /** Notes that the call could not be made. */
  void fail(SpawnFailure reason) {
    failure = reason;
  }

  /** The pid of the child. */
  int result() throws SpawnFailure {
    if (defect != null) {
      throw new IllegalStateException("a start failed", defect);
    }
    if (failure != null) {
      throw failure;
    }
    return pid;
  }

  private int spawn(String file, int[] sources) throws SpawnFailure {
    byte[][] words = arguments;
    String executed = file;
    if (cell != null || !plan.pidVariables().isEmpty()) {
      SpawnFailure problem = ProgramLookup.problem(FailureDiagnosis.seenFrom(plan, file));
      if (problem != null) {
        throw problem;
      }
      words = ShellEntry.words(cell, plan.pidVariables(), file, arguments);
      executed = ShellEntry.SHELL;
    }
    return PosixSpawn.spawn(
        ProgramLookup.terminated(executed),
        words,
        plan.environment(),
        plan.directory() == null ? null : ProgramLookup.terminated(plan.directory()),
        sources,
        targets,
        switch (plan.leads()) {
          case NOTHING -> PosixSpawn.SHARED_GROUP;
          case GROUP -> PosixSpawn.OWN_GROUP;
          case SESSION -> PosixSpawn.OWN_SESSION;
        });
  }
}
