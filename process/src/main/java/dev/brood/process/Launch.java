package dev.brood.process;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.ErrnoException;
import dev.brood.process.internal.spawn.Backend;
import dev.brood.process.internal.spawn.LinuxBackend;
import dev.brood.process.internal.spawn.SpawnFailure;
import dev.brood.process.internal.spawn.SpawnPlan;
import dev.brood.process.internal.spawn.Started;
import dev.brood.process.internal.spawn.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The way from a {@link Command} to a {@link Child}: a plan for the backend, then the streams. */
final class Launch {
  /** What the streams are connected to where the command does not say. */
  enum Defaults {
    SPAWN,
    RUN,
    CAPTURE
  }

  private Launch() {}

  static Child start(Command command) {
    return start(command, Defaults.SPAWN, Map.of(), false);
  }

  /** Starts a command and waits for it. */
  static Result run(Command command, Defaults defaults) throws InterruptedException {
    return start(command, defaults, Map.of(), true).finish();
  }

  /**
   * Starts a command.
   *
   * @param given wires that stand for what the command says of these descriptors
   * @param headStart whether {@link Child#finish} follows at once
   */
  static Child start(
      Command command, Defaults defaults, Map<Integer, Wire> given, boolean headStart) {
    Spec spec = command.spec();
    @Nullable SinkFiles files = null;
    boolean tried = false;
    try {
      StdioPlan stdio = StdioPlan.of(spec, defaults);
      SortedMap<Integer, Wire> wires = stdio.wires(spec.extras);
      checkIdleLimit(spec, wires);
      wires.putAll(given);
      Backend backend = FakePrograms.backendOr(LinuxBackend::shared);
      Children.refuseWhileShuttingDown();
      files = SinkFiles.open(stdio);
      boolean fed = wires.get(0) instanceof Wire.PipeToChild; // it may wait for what comes later
      SpawnPlan plan = plan(spec, wires, headStart && !fed ? Child.HEAD_START : Duration.ZERO);
      Instant startedAt = Instant.now();
      long startNanos = System.nanoTime();
      tried = true;
      Started started = backend.start(plan);
      Child child =
          connected(
              new Child(command, started, startNanos, startedAt),
              stdio,
              started,
              files,
              given.keySet(),
              headStart);
      Events.spawned(command, child, System.nanoTime() - startNanos);
      return child;
    } catch (SpawnFailure | RuntimeException e) {
      if (files != null) {
        files.close();
      }
      if (!tried) {
        given.values().forEach(Wire::discard);
      }
      Events.notSpawned(command, e);
      throw e instanceof SpawnFailure failure
          ? new SpawnException(command.commandLine(), failure)
          : (RuntimeException) e;
    }
  }

  /** Begins with the streams; a child whose streams cannot be used is ended at once. */
  private static Child connected(
      Child child,
      StdioPlan stdio,
      Started started,
      SinkFiles files,
      Set<Integer> given,
      boolean headStart)
      throws SpawnFailure {
    try {
      child.streams().connect(stdio, started, files, given);
      return child.begin(headStart);
    } catch (RuntimeException e) {
      child.abort();
      if (e instanceof ErrnoException failed) {
        throw unwatchable(failed);
      }
      throw e;
    }
  }

  /** What to say when the kernel has no room to watch a child that has just started. */
  static SpawnFailure unwatchable(ErrnoException failed) {
    return new SpawnFailure(
        SpawnFailure.Kind.RESOURCES_EXHAUSTED,
        failed.number(),
        "watching the child",
        "the child had started and was killed");
  }

  private static SpawnPlan plan(Spec spec, SortedMap<Integer, Wire> wires, Duration headStart) {
    List<String> argv = new ArrayList<>(spec.words.stream().map(Spec.Word::text).toList());
    String program = argv.getFirst();
    if (spec.argv0 != null) {
      argv.set(0, spec.argv0);
    }
    return new SpawnPlan(
        program,
        argv,
        spec.environment.block(),
        spec.environment.searchPath(),
        spec.directory == null ? null : spec.directory.toString(),
        wires,
        leads(spec, wires.get(0) instanceof Wire.Inherit),
        spec.detached,
        spec.contained,
        spec.pidVariables,
        headStart.toNanos());
  }

  private static void checkIdleLimit(Spec spec, SortedMap<Integer, Wire> wires) {
    boolean seen =
        wires.get(1) instanceof Wire.PipeFromChild || wires.get(2) instanceof Wire.PipeFromChild;
    if (spec.idleLimit != null && !seen) {
      throw new IllegalStateException(
          "an idle limit needs an output that passes through this JVM; with inherited streams say"
              + " stdout(Stdio.inherit(), Stdio.tail(1024))");
    }
  }

  private static SpawnPlan.Leads leads(Spec spec, boolean inheritsStdin) {
    if (spec.detached) {
      return SpawnPlan.Leads.SESSION;
    }
    Group group = spec.group;
    if (group == null) {
      // The terminal stops a process of another group that reads from it (SIGTTIN, tty_ioctl).
      boolean terminal = inheritsStdin && Descriptors.isTerminal(0);
      group = terminal ? Group.SHARED : Group.OWN;
    }
    return switch (group) {
      case OWN -> SpawnPlan.Leads.GROUP;
      case SHARED -> SpawnPlan.Leads.NOTHING;
      case SESSION -> SpawnPlan.Leads.SESSION;
    };
  }
}
