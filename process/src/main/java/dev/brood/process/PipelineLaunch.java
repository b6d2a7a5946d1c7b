package dev.brood.process;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.io.ReadEnd;
import dev.brood.process.internal.io.WriteEnd;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.spawn.SpawnFailure;
import dev.brood.process.internal.spawn.Wire;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Starts the stages of a pipeline from left to right and joins them. */
final class PipelineLaunch {
  private static final long STDERR_TAIL_BYTES = 64 * 1024;

  private final Pipeline pipeline;
  private final Launch.Defaults defaults;
  private final List<Child> children = new ArrayList<>();
  private final List<TransformRun> transforms = new ArrayList<>();
  private final long startNanos = System.nanoTime();

  /** The read end of a pipe whose writer is the stage started last; -1 if there is none. */
  private int upstream = -1;

  PipelineLaunch(Pipeline pipeline, Launch.Defaults defaults) {
    this.pipeline = pipeline;
    this.defaults = defaults;
  }

  RunningPipeline start() {
    List<Pipeline.Stage> stages = pipeline.stages();
    try {
      for (int i = 0; i < stages.size(); i++) {
        boolean last = i == stages.size() - 1;
        switch (stages.get(i)) {
          case Pipeline.Stage.Program(Command command) -> start(command, last);
          case Pipeline.Stage.Inside(Transform transform) ->
              start(transform, stages.get(i - 1) instanceof Pipeline.Stage.Program);
        }
      }
      RunningPipeline running =
          new RunningPipeline(pipeline, children, transforms, startNanos, tail());
      transforms.forEach(TransformRun::start);
      return running;
    } catch (RuntimeException e) {
      if (upstream >= 0) {
        Descriptors.close(upstream);
      }
      transforms.forEach(TransformRun::closeEnds);
      children.forEach(Child::kill);
      children.forEach(Child::close);
      throw e;
    }
  }

  private void start(Command command, boolean last) {
    Map<Integer, Wire> given = new HashMap<>();
    if (upstream >= 0) {
      given.put(0, new Wire.Given(upstream, true));
      upstream = -1;
    }
    int next = -1;
    if (!last) {
      int[] ends = pipe(given);
      given.put(1, new Wire.Given(ends[1], true));
      next = ends[0];
    }
    try {
      children.add(Launch.start(prepared(command), defaults, given, false));
    } catch (RuntimeException e) {
      if (next >= 0) {
        Descriptors.close(next);
      }
      throw e;
    }
    upstream = next;
  }

  /**
   * A transformation reads the pipe of the stage before it and writes a new one. If that stage is a
   * program, a stranger who still has its pipe is waited for no longer than by any other reader.
   */
  private void start(Transform transform, boolean behindProgram) {
    int[] ends = pipe(Map.of());
    Child before = children.getLast();
    ReadEnd in = new ReadEnd(Reactor.shared(), upstream);
    WriteEnd out = new WriteEnd(Reactor.shared(), ends[1]);
    transforms.add(new TransformRun(transform, before.command(), in, out));
    upstream = ends[0];
    if (behindProgram) {
      long grace = Times.nanos(before.command().spec().drainGrace);
      CompletableFuture<Exit> unused =
          before.onExit().whenComplete((exit, lost) -> in.finish(System.nanoTime() + grace));
    }
  }

  /** What comes out of a transformation at the end, if the pipeline ends with one. */
  private @Nullable OutputSlot tail() {
    if (upstream < 0) {
      return null;
    }
    Child last = children.getLast();
    ReadEnd end = new ReadEnd(Reactor.shared(), upstream);
    upstream = -1;
    OutputSlot slot = new OutputSlot(Line.Stream.STDOUT);
    switch (defaults) {
      case SPAWN -> slot.pull(last, end, List.of());
      case RUN ->
          slot.pump(
              last,
              end,
              List.of(
                  new StreamTarget(
                      new java.io.FileOutputStream(java.io.FileDescriptor.out), false)));
      case CAPTURE -> {
        long limit = last.command().spec().outputLimit;
        slot.push(end, MemorySink.capture(limit, () -> last.overflowed(Line.Stream.STDOUT, limit)));
      }
    }
    slot.begin(last, false);
    return slot;
  }

  private Command prepared(Command command) {
    Command prepared = command;
    if (pipeline.deadline() != null && command.spec().deadline == null) {
      prepared = prepared.deadline(pipeline.deadline());
    }
    if (defaults == Launch.Defaults.RUN
        && command.spec().group == null
        && Descriptors.isTerminal(0)) {
      prepared = prepared.group(Group.SHARED); // Ctrl-C must reach all stages alike
    }
    if (defaults == Launch.Defaults.SPAWN && command.spec().stderr.isEmpty()) {
      prepared = prepared.stderr(Stdio.tail(STDERR_TAIL_BYTES));
    }
    return prepared;
  }

  private int[] pipe(Map<Integer, Wire> given) {
    int[] ends = new int[2];
    int result = Descriptors.pipe(ends);
    if (result < 0) {
      given.values().forEach(Wire::discard);
      throw new SpawnException(
          pipeline.commandLine(),
          new SpawnFailure(SpawnFailure.Kind.RESOURCES_EXHAUSTED, -result, "pipe", null));
    }
    return ends;
  }
}
