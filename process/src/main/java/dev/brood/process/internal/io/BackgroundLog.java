package dev.brood.process.internal.io;

import java.lang.System.Logger.Level;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs on a thread of its own, in order: for threads on which others depend. A logger may block for
 * ever, such as when standard error is a pipe that nobody reads. Thread-safe.
 *
 * <p>The thread ends when there is nothing more to log. What is logged right before the end of the
 * JVM may be lost, and so is what comes while {@value #MOST_WAITING} messages wait: that is counted
 * and logged in turn.
 */
public final class BackgroundLog {
  /** How many messages wait for a logger that is slow. */
  static final int MOST_WAITING = 256;

  private static final BackgroundLog SHARED = new BackgroundLog();

  /** The logger is found on the thread that logs: to set up the first one takes its time. */
  private record Entry(
      Supplier<System.Logger> logger, Level level, String text, @Nullable Throwable cause) {
    void write() {
      logger.get().log(level, text, cause);
    }
  }

  private final Deque<Entry> waiting = new ArrayDeque<>();
  private long lost;
  private boolean running;

  private BackgroundLog() {}

  /**
   * Reads now what the first message takes: classes, and the settings and time zones of
   * java.util.logging. When no descriptor is left it is too late for that, and what could not be
   * set up is broken for good.
   */
  public static void prepare(String logger) {
    ZoneId unused = ZoneId.systemDefault();
    Entry entry = new Entry(() -> System.getLogger(logger), Level.WARNING, "", null);
    boolean alsoUnused = entry.logger().get().isLoggable(entry.level());
  }

  /** Logs soon, by the logger of that name; never waits, and never fails. */
  public static void log(String logger, Level level, String text) {
    log(logger, level, text, null);
  }

  /** As {@link #log(String, Level, String)}, with what was thrown. */
  public static void log(String logger, Level level, String text, @Nullable Throwable cause) {
    log(() -> System.getLogger(logger), level, text, cause);
  }

  static void log(
      Supplier<System.Logger> logger, Level level, String text, @Nullable Throwable cause) {
    SHARED.add(new Entry(logger, level, text, cause));
  }

  private void add(Entry entry) {
    synchronized (this) {
      if (waiting.size() < MOST_WAITING) {
        waiting.add(entry);
      } else {
        lost++;
      }
      if (running) {
        return;
      }
      running = true;
    }
    begin();
  }

  private void begin() {
    try {
      Thread.ofPlatform().daemon().name("brood-log").start(this::run);
    } catch (OutOfMemoryError e) { // no thread is to be had now: the next message tries again
      synchronized (this) {
        running = false;
      }
    }
  }

  private void run() {
    boolean done = false;
    try {
      for (Entry next = next(); next != null; next = next()) {
        write(next);
      }
      done = true;
    } finally {
      if (!done) {
        goOn();
      }
    }
  }

  private static void write(Entry entry) {
    try {
      entry.write();
    } catch (RuntimeException | LinkageError e) {
      // A logger that fails, or cannot be set up, has nobody to tell.
    }
  }

  /** An error of a logger has ended the thread; what waits is logged by another one. */
  private void goOn() {
    synchronized (this) {
      running = !waiting.isEmpty();
      if (!running) {
        return;
      }
    }
    begin();
  }

  private synchronized @Nullable Entry next() {
    Entry next = waiting.poll();
    if (next == null) {
      running = false;
    } else if (lost > 0 && waiting.isEmpty()) {
      String text = lost + " messages of the log were lost";
      waiting.add(new Entry(next.logger(), Level.WARNING, text, null));
      lost = 0;
    }
    return next;
  }
}
