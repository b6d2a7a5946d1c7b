package dev.brood.workers.watch;

import dev.brood.workers.event.ThreadEnd;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Follows a file in which a program tells its progress: by the last line of it, whether the program
 * appends to the file or replaces it. The line is an object as on a channel, {@code
 * {"percent":40,"phase":"load"}}, or whatever a pattern finds. A line without its line feed is not
 * complete yet, unless the file has no line feed at all.
 *
 * <p>The file is looked at again and again by a virtual thread, until {@link #close}; it need not
 * be there yet. What is no regular file is not read: a named pipe could hold the reader for ever.
 * The same text is reported once, however often it is written over itself.
 */
public final class ProgressFile implements AutoCloseable {
  /** How often it is looked at unless something else is asked for. */
  public static final Duration DEFAULT_PERIOD = Duration.ofSeconds(1);

  private static final JsonMapper JSON = new JsonMapper();

  private final Path path;
  private final FileTail tail;
  private final @Nullable ProgressPattern pattern;
  private final Consumer<ProgressReport> reports;
  private final long periodNanos;
  private final Thread thread;
  private volatile boolean closed;

  private ProgressFile(
      Path path,
      @Nullable ProgressPattern pattern,
      Duration period,
      Consumer<ProgressReport> reports) {
    this.path = path;
    this.tail = new FileTail(FileTail.Source.of(path, 2 * ProgressPattern.LONGEST_LINE));
    this.pattern = pattern;
    this.reports = reports;
    this.periodNanos = TimeUnit.NANOSECONDS.convert(period);
    this.thread = Thread.ofVirtual().name("brood-progress-file").unstarted(this::run);
  }

  /** Follows a file of objects. */
  public static ProgressFile follow(Path path, Consumer<ProgressReport> reports) {
    return start(path, null, DEFAULT_PERIOD, reports);
  }

  /**
   * Follows a file of lines in which a pattern finds progress.
   *
   * @param reports told on one virtual thread
   * @throws IllegalArgumentException if the period is not positive
   */
  public static ProgressFile follow(
      Path path, ProgressPattern pattern, Duration period, Consumer<ProgressReport> reports) {
    return start(path, pattern, period, reports);
  }

  private static ProgressFile start(
      Path path,
      @Nullable ProgressPattern pattern,
      Duration period,
      Consumer<ProgressReport> reports) {
    if (!period.isPositive()) {
      throw new IllegalArgumentException("a period is longer than nothing: " + period);
    }
    ProgressFile file = new ProgressFile(path, pattern, period, reports);
    file.thread.start();
    return file;
  }

  /** Looks once more, and no more then; returns when that is done. Idempotent. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    ThreadEnd.await(thread); // a look at a file is short
  }

  private void run() {
    boolean last;
    do {
      last = closed;
      try {
        look();
      } catch (RuntimeException e) {
        System.getLogger("dev.brood.workers")
            .log(Level.WARNING, "progress of " + path + " was not taken", e);
      }
      if (!last && !closed) {
        LockSupport.parkNanos(this, periodNanos);
      }
    } while (!last);
  }

  private void look() {
    try {
      tail.next().flatMap(ProgressFile::lastLine).flatMap(this::report).ifPresent(reports);
    } catch (IOException e) {
      System.getLogger("dev.brood.workers")
          .log(Level.DEBUG, "progress of {0} cannot be read: {1}", path, e);
    }
  }

  private Optional<ProgressReport> report(String line) {
    if (pattern != null) {
      return pattern.find(line);
    }
    try {
      return JSON.readValue(line, Object.class) instanceof Map<?, ?> fields
          ? ProgressReport.of(fields)
          : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> lastLine(String tail) {
    return tail.lines().toList().reversed().stream().filter(line -> !line.isBlank()).findFirst();
  }
}
