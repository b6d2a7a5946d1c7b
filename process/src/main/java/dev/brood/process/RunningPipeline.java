package dev.brood.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A started pipeline. Thread-safe, except that each stream is for one thread at a time. */
public final class RunningPipeline implements AutoCloseable {
  private final Pipeline pipeline;
  private final List<Child> children;
  private final List<TransformRun> transforms;
  private final long startNanos;
  private final @Nullable OutputSlot tail;

  RunningPipeline(
      Pipeline pipeline,
      List<Child> children,
      List<TransformRun> transforms,
      long startNanos,
      @Nullable OutputSlot tail) {
    this.pipeline = pipeline;
    this.children = List.copyOf(children);
    this.transforms = List.copyOf(transforms);
    this.startNanos = startNanos;
    this.tail = tail;
  }

  /** The commands' children, in order. */
  public List<Child> children() {
    return children;
  }

  /** The input of the first command; see {@link Child#stdin}. */
  public ChildInput stdin() {
    return children.getFirst().stdin();
  }

  /** The output of the last stage; see {@link Child#stdout}. */
  public ChildOutput stdout() {
    ChildOutput output = tail == null ? null : tail.output();
    return output != null ? output : children.getLast().stdout();
  }

  /** The lines of the last stage's output. */
  public Lines lines() {
    return stdout().lines();
  }

  /**
   * Waits for the end of every command, not for the output of the last one; a bad exit is a value.
   *
   * @throws InterruptedException if the thread is interrupted; all have been stopped then
   */
  public List<Exit> await() throws InterruptedException {
    List<Exit> exits = new ArrayList<>();
    try {
      for (Child child : children) {
        exits.add(child.await());
      }
    } catch (InterruptedException e) {
      stop();
      throw e;
    }
    return exits;
  }

  /**
   * Waits for the end of everything; a bad exit is a value.
   *
   * @throws StdioException if a transformation, source or sink failed
   */
  public PipelineResult result() throws InterruptedException {
    try {
      // All before the first is waited for: it may be stuck behind the last one's output.
      children.forEach(child -> child.streams().captureUnclaimed());
      if (tail != null && tail.output() != null) {
        tail.captureUnclaimed(children.getLast(), children.getLast().command().spec().outputLimit);
      }
      List<Result> results = new ArrayList<>();
      for (Child child : children) {
        results.add(child.result());
      }
      for (TransformRun transform : transforms) {
        transform.done().get();
      }
      Output stdout = results.getLast().stdout();
      if (tail != null) {
        Command last = children.getLast().command();
        tail.awaitDone(Times.nanos(last.spec().drainGrace));
        stdout = tail.kept(last);
      }
      Duration duration = Duration.ofNanos(System.nanoTime() - startNanos);
      return new PipelineResult(List.copyOf(results), stdout, duration);
    } catch (ExecutionException e) {
      stop();
      if (e.getCause() instanceof StdioException failure) {
        throw failure;
      }
      throw new AssertionError("a stage can only fail with its streams", e);
    } catch (InterruptedException | RuntimeException e) {
      stop();
      throw e;
    }
  }

  /**
   * Stops all commands at the same time, with everything that they started, each by its stop plan.
   * Idempotent, from any thread; returns when that is done.
   */
  public void stop() {
    children.forEach(child -> child.endBy(Cause.STOPPED));
    for (Child child : children) {
      child.stop();
    }
    transforms.forEach(TransformRun::interrupt);
  }

  /** Ends all commands with SIGKILL, now, with everything that they started. */
  public void kill() {
    children.forEach(Child::kill);
    transforms.forEach(TransformRun::interrupt);
  }

  /** Stops what is left and lets go of the streams. Idempotent. */
  @Override
  public void close() {
    stop();
    release();
  }

  /** Waits, lets go of everything, and throws for the stage whose failure counts. */
  PipelineResult finish() throws InterruptedException {
    try {
      PipelineResult result = result();
      for (int i = 0; i < children.size(); i++) {
        Child child = children.get(i);
        boolean last = i == children.size() - 1;
        if (counts(result.stages().get(i), last)) {
          child.check(result.stages().get(i));
        }
      }
      return result;
    } finally {
      release();
    }
  }

  private boolean counts(Result result, boolean last) {
    boolean enoughRead =
        !last
            && result.exit() instanceof Exit.Signaled(Signal signal, boolean core)
            && signal == Signal.PIPE;
    boolean ended = result.cause() == Cause.SELF;
    return !ended
        || !enoughRead
            && switch (pipeline.whoseFailure()) {
              case ANY -> true;
              case LAST -> last;
              case NONE -> false;
            };
  }

  private void release() {
    children.forEach(child -> child.streams().release());
    if (tail != null) {
      tail.abandon();
    }
  }
}
