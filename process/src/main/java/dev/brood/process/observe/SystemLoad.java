package dev.brood.process.observe;

import java.time.Duration;

/**
 * How busy and how full the machine is, as far as that decides whether one more process fits: a
 * look that is cheap enough for several in a second, where {@link SystemInfo} is for people.
 *
 * <p>Figures of the whole machine; see {@link ControlGroup} for tighter limits, and {@link
 * Pressure} for what its being busy costs. Immutable and thread-safe.
 *
 * @param memoryTotalBytes usable RAM ({@code MemTotal} of proc_meminfo(5))
 * @param memoryAvailableBytes the kernel's estimate of what can be used without swapping ({@code
 *     MemAvailable})
 * @param busyTime time since boot that CPUs were not idle, added up (proc_stat(5))
 * @param idleTime time since boot that CPUs were idle or waited for storage, added up
 * @param tasks processes and threads (proc_loadavg(5))
 * @param taskLimit how many there can be: the lesser of {@code pid_max} and {@code threads-max} of
 *     proc_sys_kernel(5)
 * @param descriptors descriptors that this JVM has open
 * @param descriptorLimit how many it may have open (RLIMIT_NOFILE)
 */
public record SystemLoad(
    long memoryTotalBytes,
    long memoryAvailableBytes,
    Duration busyTime,
    Duration idleTime,
    long tasks,
    long taskLimit,
    long descriptors,
    long descriptorLimit) {

  /**
   * Looks at the machine.
   *
   * @return the present state
   * @throws java.io.UncheckedIOException if {@code /proc} is not mounted, or no descriptor is left
   */
  public static SystemLoad read() {
    return ProcReader.SYSTEM.load();
  }

  /**
   * The share of all CPUs that was busy between {@code earlier} and this reading.
   *
   * @param earlier a reading of the same machine
   * @return per cent, 0 to 100; 0 when no clock tick lies between the two
   */
  public double busyPercentSince(SystemLoad earlier) {
    double busy = busyTime.minus(earlier.busyTime).toNanos();
    double idle = idleTime.minus(earlier.idleTime).toNanos();
    return busy + idle <= 0 ? 0 : Math.clamp(100 * busy / (busy + idle), 0, 100);
  }
}
