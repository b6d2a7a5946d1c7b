package dev.brood.workers.watch;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
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
 * be there yet.
 */
public final class ProgressFile implements AutoCloseable {
  /** How often it is looked at unless something else is asked for. */
  public static final Duration DEFAULT_PERIOD = Duration.ofSeconds(1);

  private static final int TAIL_BYTES = 2 * ProgressPattern.LONGEST_LINE;
  private static final JsonMapper JSON = new JsonMapper();

  /** By what it is seen that a file has changed. */
  private record Version(FileTime modified, long size, @Nullable Object key) {}

  private final Path path;
  private final @Nullable ProgressPattern pattern;
  private final Consumer<ProgressReport> reports;
  private final long periodNanos;
  private final Thread thread;
  private @Nullable Version seen;
  private volatile boolean closed;

  private ProgressFile(
      Path path,
      @Nullable ProgressPattern pattern,
      Duration period,
      Consumer<ProgressReport> reports) {
    this.path = path;
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
    boolean interrupted = false;
    while (thread.isAlive() && Thread.currentThread() != thread) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // a look at a file is short
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
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
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      Version version = new Version(now.lastModifiedTime(), now.size(), now.fileKey());
      if (version.equals(seen)) {
        return;
      }
      seen = version;
      lastLine(tail()).flatMap(this::report).ifPresent(reports);
    } catch (NoSuchFileException e) {
      seen = null;
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

  /** The last part, cut within a character and a line perhaps. */
  private String tail() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      long size = file.length();
      byte[] bytes = new byte[(int) Math.min(size, TAIL_BYTES)];
      file.seek(size - bytes.length);
      int count = 0;
      for (int n = 0; n >= 0 && count < bytes.length; count += Math.max(n, 0)) {
        n = file.read(bytes, count, bytes.length - count);
      }
      return new String(bytes, 0, count, StandardCharsets.UTF_8);
    }
  }

  private static Optional<String> lastLine(String tail) {
    int end = tail.lastIndexOf('\n');
    List<String> lines = (end < 0 ? tail : tail.substring(0, end)).lines().toList();
    return lines.reversed().stream().filter(line -> !line.isBlank()).findFirst();
  }
}
