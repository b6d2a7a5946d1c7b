package dev.brood.process.observe;

import dev.brood.process.internal.linux.ProcFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Puts a {@link SystemLoad} together. */
final class LoadReader {
  /** Fields of the first line of proc_stat(5), after its name. */
  private static final int IDLE = 4;

  private static final int IO_WAIT = 5;
  private static final int STEAL = 8;

  private LoadReader() {}

  /** {@code duration} turns clock ticks into time; a limit that cannot be read is none. */
  static SystemLoad read(String root, LongFunction<Duration> duration, long descriptors) {
    KeyedLines memory = KeyedLines.read(root + "/meminfo");
    String stat = text(root + "/stat");
    String average = text(root + "/loadavg");
    if (memory == null || stat == null || average == null) {
      throw new UncheckedIOException(new IOException("cannot read meminfo, stat in " + root));
    }
    String[] times = stat.substring(0, stat.indexOf('\n')).split(" +");
    long busy = 0;
    long idle = 0;
    for (int field = 1; field < times.length && field <= STEAL; field++) {
      long ticks = Long.parseLong(times[field]);
      boolean waits = field == IDLE || field == IO_WAIT;
      idle += waits ? ticks : 0;
      busy += waits ? 0 : ticks;
    }
    String tasks = average.substring(average.indexOf('/') + 1).split(" ", 2)[0];
    return new SystemLoad(
        memory.bytes("MemTotal"),
        memory.bytes("MemAvailable"),
        duration.apply(busy),
        duration.apply(idle),
        Long.parseLong(tasks),
        Math.min(limit(root + "/sys/kernel/pid_max"), limit(root + "/sys/kernel/threads-max")),
        descriptors,
        descriptorLimit(root));
  }

  private static long limit(String path) {
    String text = text(path);
    return text == null ? Long.MAX_VALUE : Long.parseLong(text.strip());
  }

  /** The soft limit of the line {@code Max open files} in proc_pid_limits(5). */
  private static long descriptorLimit(String root) {
    final String name = "Max open files";
    String limits = text(root + "/self/limits");
    for (String line : limits == null ? new String[0] : limits.split("\n")) {
      String soft = line.startsWith(name) ? line.substring(name.length()).strip() : "";
      if (!soft.isEmpty() && Character.isDigit(soft.charAt(0))) {
        return Long.parseLong(soft.split(" ", 2)[0]);
      }
    }
    return Long.MAX_VALUE;
  }

  private static @Nullable String text(String path) {
    byte[] bytes = ProcFile.readAll(path);
    return bytes == null ? null : new String(bytes, StandardCharsets.US_ASCII);
  }
}
