package dev.brood.process.observe;

import java.time.Duration;
import java.time.Instant;

/**
 * What {@code /proc} said about the whole machine at one moment.
 *
 * <p>In a container these are the figures of the host, unless something in between replaces the
 * files: limits of cgroups do not show. Immutable and thread-safe.
 *
 * @param memoryTotalBytes usable RAM ({@code MemTotal} of proc_meminfo(5))
 * @param memoryAvailableBytes the kernel's estimate of what can be used without swapping ({@code
 *     MemAvailable})
 * @param swapTotalBytes swap space ({@code SwapTotal})
 * @param swapFreeBytes swap space not in use ({@code SwapFree})
 * @param load1 processes running or blocked, averaged over 1 minute (proc_loadavg(5))
 * @param load5 the same over 5 minutes
 * @param load15 the same over 15 minutes
 * @param cpus CPUs online; the JVM's {@link Runtime#availableProcessors()} may be fewer
 * @param uptime time since boot, that spent suspended included (proc_uptime(5))
 * @param bootedAt when the machine came up
 */
public record SystemInfo(
    long memoryTotalBytes,
    long memoryAvailableBytes,
    long swapTotalBytes,
    long swapFreeBytes,
    double load1,
    double load5,
    double load15,
    int cpus,
    Duration uptime,
    Instant bootedAt) {

  /**
   * Looks at the machine.
   *
   * @return the present state
   * @throws java.io.UncheckedIOException if {@code /proc} is not mounted, or no descriptor is left
   */
  public static SystemInfo read() {
    return ProcReader.SYSTEM.system();
  }
}
