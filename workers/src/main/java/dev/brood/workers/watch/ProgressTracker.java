package dev.brood.workers.watch;

import dev.brood.process.Stdio;
import dev.brood.workers.channel.Channel;
import java.io.OutputStream;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Follows the progress of one piece of work, from whatever tells of it. Thread-safe, and has no
 * thread of its own. {@link RunningHeartbeats} has one for each child; alone it is for work that is
 * not watched otherwise.
 */
public final class ProgressTracker {
  private final ReentrantLock lock = new ReentrantLock();
  private final LongSupplier nanos;
  private final ProgressCore core;

  /** The work begins now. */
  public ProgressTracker() {
    this(System::nanoTime);
  }

  ProgressTracker(LongSupplier nanos) {
    this.nanos = nanos;
    this.core = new ProgressCore(nanos.getAsLong());
  }

  /** Takes in a report; true if it says anything new. */
  public boolean report(ProgressReport report) {
    lock.lock();
    try {
      return core.report(report, nanos.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  /** How far it is now. */
  public Progress progress() {
    lock.lock();
    try {
      return core.at(nanos.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes reports from a channel, {@code {"brood":"progress","percent":40}}; they are not received
   * as messages then.
   *
   * @throws IllegalStateException if something else takes them already
   */
  public void listen(Channel channel) {
    Channel unused =
        channel.on("progress", message -> ProgressReport.of(message).ifPresent(this::report));
  }

  /**
   * A sink that finds reports in output: {@code command.stdout(Stdio.inherit(), tracker.tap(...))}.
   * A carriage return ends a line too.
   */
  public Stdio.Sink tap(ProgressPattern pattern) {
    return Stdio.streamFor(pid -> stream(pattern));
  }

  /**
   * A stream that finds reports in what is written to it, which is one output of one process. A
   * last line without its end counts when it is closed. For one thread.
   */
  public OutputStream stream(ProgressPattern pattern) {
    return new OutputTap(() -> {}, pattern, this::report);
  }
}
