package dev.brood.bench.contest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The clocks and counters of this process. */
public final class Meter {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int RUSAGE_SELF = 0;
  private static final long RUSAGE_BYTES = 144; // 18 longs on 64-bit Linux, getrusage(2)
  private static final MethodHandle GETRUSAGE = bind();

  private Meter() {}

  /**
   * User and system time of this process with all its threads, in nanoseconds, as getrusage(2)
   * gives it.
   */
  public static long cpuNanos() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment usage = arena.allocate(RUSAGE_BYTES, Long.BYTES);
      if ((int) GETRUSAGE.invokeExact(RUSAGE_SELF, usage) != 0) {
        throw new IllegalStateException("getrusage failed");
      }
      long seconds = longAt(usage, 0) + longAt(usage, 2);
      long micros = longAt(usage, 1) + longAt(usage, 3);
      return seconds * 1_000_000_000 + micros * 1_000;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) { // MethodHandle.invokeExact declares it; getrusage throws nothing
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads a number of {@code /proc/self/status}.
   *
   * @param field such as {@code VmRSS} (then in KiB) or {@code Threads}
   */
  static long status(String field) throws IOException {
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.substring(field.length() + 1).strip().split(" ")[0]);
      }
    }
    throw new IllegalArgumentException(field);
  }

  /** The value below which {@code share} (0 to 1) of the values lie. Sorts its argument. */
  public static double percentile(long[] values, double share) {
    Arrays.sort(values);
    return values[Math.min((int) (share * values.length), values.length - 1)];
  }

  private static long longAt(MemorySegment segment, long index) {
    return segment.getAtIndex(ValueLayout.JAVA_LONG, index);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle bind() {
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor signature =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    return linker.downcallHandle(linker.defaultLookup().findOrThrow("getrusage"), signature);
  }
}
