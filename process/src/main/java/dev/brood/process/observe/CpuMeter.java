package dev.brood.process.observe;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tells again and again how much CPU a process has used since it was last asked.
 *
 * <p>Safe for use from several threads, which then share the intervals. Holds no resources.
 */
public final class CpuMeter {
  private final long pid;
  private final LongFunction<Optional<ProcessInfo>> reader;
  private @Nullable ProcessInfo last;

  CpuMeter(long pid, LongFunction<Optional<ProcessInfo>> reader) {
    this.pid = pid;
    this.reader = reader;
    this.last = reader.apply(pid).orElse(null);
  }

  /**
   * Starts to measure a process; the first interval begins now.
   *
   * @param pid its id; one that does not exist measures as vanished
   * @return a new meter
   */
  public static CpuMeter of(long pid) {
    return new CpuMeter(pid, ProcessInfo::of);
  }

  /**
   * The share of one core used since the last call or, at first, since the start, in per cent; see
   * {@link ProcessInfo#cpuPercentSince} for its precision.
   *
   * @return empty when the process has vanished, and from then on, even if its pid is used again
   */
  public synchronized OptionalDouble percent() {
    ProcessInfo earlier = last;
    if (earlier == null) {
      return OptionalDouble.empty();
    }
    ProcessInfo now = reader.apply(pid).filter(earlier::sameProcess).orElse(null);
    last = now;
    return now == null ? OptionalDouble.empty() : OptionalDouble.of(now.cpuPercentSince(earlier));
  }
}
