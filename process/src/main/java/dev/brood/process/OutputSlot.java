package dev.brood.process;

import dev.brood.process.internal.io.ReadEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One output stream of a child: how it is consumed, what is kept of it, and when it is done. */
final class OutputSlot {
  private final Line.Stream stream;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private @Nullable ReadEnd end;
  private @Nullable ChildOutput output;
  private List<ByteTarget> copies = List.of();
  private @Nullable MemorySink memory;
  private @Nullable OutputPump pump;
  private boolean pushing;

  OutputSlot(Line.Stream stream) {
    this.stream = stream;
  }

  Line.Stream stream() {
    return stream;
  }

  /** The reactor reads it into memory. */
  void push(ReadEnd from, MemorySink into) {
    end = from;
    memory = into;
  }

  /** The user reads it; {@code copies} get what he reads. */
  void pull(Child child, ReadEnd from, List<ByteTarget> copies) {
    end = from;
    this.copies = copies;
    output =
        new ChildOutput(
            child.command(), stream, from, copies, child::active, () -> done.complete(null));
  }

  /** A virtual thread reads it into the targets. */
  void pump(Child child, ReadEnd from, List<ByteTarget> targets) {
    end = from;
    pump = new OutputPump(child, from, targets, () -> done.complete(null));
  }

  /** Notes that one of the targets keeps a copy here. */
  void copy(MemorySink copy) {
    memory = copy;
  }

  /**
   * Begins to consume; called once, after everything is connected.
   *
   * @param headStart whether what goes into memory may wait for {@link #pushLate} or the child's
   *     end
   */
  void begin(Child child, boolean headStart) {
    if (end == null) {
      done.complete(null);
    } else if (pump != null) {
      start(child, pump);
    } else if (output == null && memory != null) {
      memory.done().whenComplete((nothing, reason) -> done(child, reason));
      if (!headStart) {
        pushLate(child);
      }
    }
  }

  /** Lets the reactor read into memory from now on, if it does not yet. */
  synchronized void pushLate(Child child) {
    if (end != null && memory != null && output == null && pump == null && !pushing) {
      pushing = true;
      end.pushTo(child.counted(memory));
    }
  }

  /** Reads into memory what nobody has begun to read, so that waiting for the child can end. */
  synchronized void captureUnclaimed(Child child, long limit) {
    if (output == null || end == null || !output.handOver()) {
      return;
    }
    List<ByteTarget> targets = new ArrayList<>(copies);
    if (memory == null) { // else one of the copies is kept
      memory = MemorySink.capture(limit, () -> child.overflowed(stream, limit));
      targets.add(new MemoryTarget(memory));
    }
    if (copies.isEmpty()) {
      memory.done().whenComplete((nothing, reason) -> done(child, reason));
      end.pushTo(child.counted(memory));
    } else { // they may block
      start(child, new OutputPump(child, end, targets, () -> done.complete(null)));
    }
  }

  private static void start(Child child, OutputPump pump) {
    Thread.ofVirtual().name("brood-output-" + child.pid()).start(pump);
  }

  /** The child has ended: what strangers still write is waited for no longer than this. */
  void finish(Child child, long deadlineNanos) {
    if (end == null) {
      return;
    }
    synchronized (this) {
      if (memory != null && output == null && pump == null && !pushing) {
        pushing = true;
        end.drainTo(child.counted(memory));
      }
    }
    end.finish(deadlineNanos);
  }

  /** Gives up what is not read; harmless for whoever still writes. */
  void abandon() {
    if (output != null) {
      output.abandon();
    } else if (end != null) {
      end.abandon();
    }
  }

  @Nullable ChildOutput output() {
    return output;
  }

  CompletableFuture<Void> done() {
    return done;
  }

  /** Whether the stream ends without anybody else's doing, so that it can be waited for. */
  private boolean endsByItself() {
    return output == null || output.isHandedOver();
  }

  /** Waits until it is done; one that the user reads is waited for no longer than that. */
  void awaitDone(long readNanos) throws InterruptedException {
    try {
      if (endsByItself()) {
        done.get();
      } else if (memory != null) {
        done.get(readNanos, TimeUnit.NANOSECONDS);
      }
    } catch (TimeoutException e) {
      // Then it is not in the result.
    } catch (ExecutionException e) {
      throw new AssertionError("a stream's end cannot fail", e);
    }
  }

  /** What is kept, if all has come. */
  Output kept(Command command) {
    if (memory == null || !done.isDone()) {
      return Output.empty(command.charset());
    }
    boolean held = end != null && end.heldOpen();
    return new Output(memory.kept(), command.charset(), memory.total(), held);
  }

  private void done(Child child, @Nullable Throwable reason) {
    if (reason != null) {
      child.failed(StdioException.sinkFailed(child.command(), reason));
    }
    done.complete(null);
  }
}
