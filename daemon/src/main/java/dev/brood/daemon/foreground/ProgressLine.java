package dev.brood.daemon.foreground;

import dev.brood.process.Stdio;
import dev.brood.workers.watch.Progress;
import dev.brood.workers.watch.ProgressBar;
import dev.brood.workers.watch.ProgressPattern;
import dev.brood.workers.watch.ProgressTracker;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Shows how far a program is while its output passes: on a terminal as a line that stays below the
 * output, elsewhere as lines of their own, one a second at most and only when it has moved.
 * Thread-safe; what cannot be written is left out.
 */
final class ProgressLine implements AutoCloseable {
  /** In a file. */
  private static final int COLUMNS = 72;

  private static final String ERASE = "\r\u001b[K";

  /** The terminal is not to break a line that is too long for it, which could not be erased. */
  private static final String NO_WRAP = "\u001b[?7l";

  private static final String WRAP = "\u001b[?7h";
  private static final Duration ON_TERMINAL = Duration.ofMillis(200);
  private static final Duration ELSEWHERE = Duration.ofSeconds(1);

  private final String name;
  private final ProgressPattern pattern;
  private final OutputStream screen;
  private final boolean terminal;
  private final ProgressTracker tracker = new ProgressTracker();
  private final ProgressBar bar;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread;
  private boolean drawn;
  private boolean withinLine;
  private boolean closed;
  private String shown = "";

  /**
   * Begins to show it.
   *
   * @param regex see {@link #checked}
   * @param screen where it is shown
   * @param columns how wide it is if that is a terminal; empty if it is none
   */
  ProgressLine(String name, String regex, OutputStream screen, OptionalInt columns) {
    this.name = name;
    this.pattern = pattern(regex);
    this.screen = screen;
    this.terminal = columns.isPresent();
    this.bar = new ProgressBar(columns.orElse(COLUMNS));
    this.thread = Thread.ofVirtual().name("brood-progress-line").start(this::run);
  }

  /**
   * Checks what progress is found by: a regular expression as of {@link ProgressPattern}, or
   * nothing for a number before a per cent sign.
   *
   * @throws IllegalArgumentException if it is none
   */
  static String checked(String regex) {
    ProgressPattern unused = pattern(regex);
    return regex;
  }

  /** A sink that finds progress in one stream of output. */
  Stdio.Sink tap() {
    return tracker.tap(pattern);
  }

  /** The same output, which goes to the same terminal, above the line. */
  OutputStream above(OutputStream output) {
    return terminal ? new Above(output) : output;
  }

  /** Shows the last that is known, if anything is, and no more. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // it only writes a line
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    lock.lock();
    try {
      long nanos = (terminal ? ON_TERMINAL : ELSEWHERE).toNanos();
      while (!closed) {
        draw(false);
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !closed; left = end - System.nanoTime()) {
          long unused = changed.awaitNanos(left);
        }
      }
      draw(true);
    } catch (IOException | InterruptedException e) {
      // Nobody sees it any more; nobody has this thread to interrupt it.
    } finally {
      lock.unlock();
    }
  }

  private void draw(boolean last) throws IOException {
    Progress progress = tracker.progress();
    boolean known =
        progress.percent().isPresent()
            || progress.phase().isPresent()
            || progress.message().isPresent();
    if (!known || withinLine && !last) {
      return;
    }
    if (terminal) {
      String line = NO_WRAP + bar.line(name, progress) + WRAP;
      write((withinLine ? "\n" : ERASE) + line + (last ? "\n" : ""));
      drawn = !last;
      return;
    }
    String now = "" + progress.percent() + progress.phase() + progress.message();
    if (!now.equals(shown)) {
      write(bar.line(name, progress) + "\n");
      shown = now;
    }
  }

  private void write(String text) throws IOException {
    screen.write(text.getBytes(StandardCharsets.UTF_8));
    screen.flush();
  }

  private static ProgressPattern pattern(String regex) {
    return regex.isEmpty() ? ProgressPattern.PERCENT : ProgressPattern.of(regex);
  }

  /** Passes output on when the line is out of its way. */
  private final class Above extends OutputStream {
    private final OutputStream output;

    Above(OutputStream output) {
      this.output = output;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      lock.lock();
      try {
        if (drawn) {
          ProgressLine.this.write(ERASE);
          drawn = false;
        }
        output.write(bytes, offset, length);
        withinLine = length > 0 ? bytes[offset + length - 1] != '\n' : withinLine;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void flush() throws IOException {
      output.flush();
    }
  }
}
