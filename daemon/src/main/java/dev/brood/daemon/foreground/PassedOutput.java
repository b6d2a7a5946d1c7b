package dev.brood.daemon.foreground;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One of our own outputs as a place for a program's output, which passes until a budget that
 * several outputs may share is used up; what comes later is dropped. Not closed. For one writing
 * thread.
 */
final class PassedOutput extends OutputStream {
  /** How much may pass. Safe for use by several threads. */
  static final class Budget {
    private final AtomicLong left;
    private final AtomicBoolean exceeded = new AtomicBoolean();
    private final Runnable onExceeded;

    /**
     * A budget of so many bytes.
     *
     * @param onExceeded called once, on the thread that writes the first byte too many
     */
    Budget(long bytes, Runnable onExceeded) {
      this.left = new AtomicLong(bytes);
      this.onExceeded = onExceeded;
    }

    boolean exceeded() {
      return exceeded.get();
    }

    private int take(int wanted) {
      long before = left.getAndUpdate(bytes -> Math.max(0, bytes - wanted));
      if (before < wanted && exceeded.compareAndSet(false, true)) {
        onExceeded.run();
      }
      return (int) Math.min(before, wanted);
    }
  }

  private final OutputStream output;
  private final Budget budget;

  PassedOutput(OutputStream output, Budget budget) {
    this.output = output;
    this.budget = budget;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    output.write(bytes, offset, budget.take(length));
  }

  @Override
  public void flush() throws IOException {
    output.flush();
  }
}
