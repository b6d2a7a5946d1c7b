package dev.brood.process;

import dev.brood.process.internal.io.ReadEnd;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies a child's output into sinks that may block, on a virtual thread. A sink that fails stops
 * the child; the rest of the output is then thrown away.
 */
final class OutputPump implements Runnable {
  private static final int FIRST_BYTES = 8 * 1024;
  private static final int MOST_BYTES = 64 * 1024;

  private final Child child;
  private final ReadEnd end;
  private final List<ByteTarget> targets;
  private final Runnable done;
  private @Nullable Throwable failure;

  OutputPump(Child child, ReadEnd end, List<ByteTarget> targets, Runnable done) {
    this.child = child;
    this.end = end;
    this.targets = targets;
    this.done = done;
  }

  @Override
  public void run() {
    try {
      copy();
    } catch (IOException | InterruptedException e) {
      failed(e);
    } finally {
      end.closeIfEnded();
      for (ByteTarget target : targets) {
        try {
          target.end();
        } catch (RuntimeException | Error e) {
          failed(e);
        }
      }
      done.run();
    }
  }

  private void copy() throws IOException, InterruptedException {
    byte[] buffer = new byte[FIRST_BYTES];
    while (true) {
      int count = end.read(buffer, 0, buffer.length, 0);
      if (count < 0) {
        return;
      }
      child.active();
      if (failure == null) {
        write(buffer, count);
      }
      if (count == buffer.length && count < MOST_BYTES) {
        buffer = Arrays.copyOf(buffer, count * 2);
      }
    }
  }

  private void write(byte[] buffer, int count) {
    for (ByteTarget target : targets) {
      try {
        target.write(buffer, 0, count);
      } catch (IOException | RuntimeException | Error e) { // whatever a user's code throws
        failed(e);
        return;
      }
    }
  }

  private void failed(Throwable e) {
    if (failure == null) {
      failure = e;
      child.failed(StdioException.sinkFailed(child.command(), e));
    }
  }
}
