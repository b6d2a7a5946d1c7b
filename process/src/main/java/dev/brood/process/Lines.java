package dev.brood.process;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one or both outputs of a child as they come, for one loop by one thread.
 *
 * <p>Nothing is read ahead of the loop beyond one buffer, so a slow loop slows the child. Between
 * two pipes there is no true order: each stream keeps its own, and the two are mixed as they
 * arrive. The loop ends when both streams have ended; leaving it early is no error, and leaves the
 * child to {@link Child#close}.
 */
public final class Lines implements Iterable<Line> {
  private final List<ChildOutput> outputs;
  private boolean used;
  private int turn;

  Lines(List<ChildOutput> outputs) {
    this.outputs = outputs;
  }

  /**
   * The one iterator.
   *
   * @throws IllegalStateException at the second call
   */
  @Override
  public Iterator<Line> iterator() {
    if (used) {
      throw new IllegalStateException("lines of a child can be gone through only once");
    }
    used = true;
    return new Iterator<>() {
      private @Nullable Line next;

      @Override
      public boolean hasNext() {
        if (next == null) {
          next = take();
        }
        return next != null;
      }

      @Override
      public Line next() {
        Line line = hasNext() ? next : null;
        if (line == null) {
          throw new NoSuchElementException();
        }
        next = null;
        return line;
      }
    };
  }

  private @Nullable Line take() {
    if (outputs.size() == 1) {
      return outputs.getFirst().nextLine(0);
    }
    while (true) {
      boolean exhausted = true;
      for (int i = 0; i < outputs.size(); i++) {
        ChildOutput output = outputs.get((turn + i) % outputs.size());
        Line line = output.pollLine(Thread.currentThread());
        if (line != null) {
          turn += i + 1;
          return line;
        }
        exhausted &= output.exhausted();
      }
      if (exhausted) {
        return null;
      }
      await();
    }
  }

  /**
   * Waits until something may be there. Reading one stream may have run a sink that waited, for a
   * lock perhaps, and was woken by what came on the other: then there is something already.
   */
  private void await() {
    long soonest = Long.MAX_VALUE;
    for (ChildOutput output : outputs) {
      if (!output.exhausted() && !output.end().awaits(Thread.currentThread())) {
        return;
      }
      soonest = Math.min(soonest, output.end().nanosToFinish());
    }
    if (soonest == Long.MAX_VALUE) {
      LockSupport.park(this);
    } else {
      LockSupport.parkNanos(this, Math.max(soonest, 1));
    }
    if (Thread.interrupted()) {
      throw outputs.getFirst().interrupted();
    }
  }
}
