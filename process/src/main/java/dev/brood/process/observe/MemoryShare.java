package dev.brood.process.observe;

import java.util.Optional;

/**
 * A process's memory, exactly: what it has to itself and its part of what it shares.
 *
 * <p>From {@code /proc/PID/smaps_rollup} (proc_pid_smaps(5), Linux 4.14). The kernel walks all page
 * tables of the process for it, tens of milliseconds for a few gigabytes, and holds back its mmap
 * calls meanwhile: not for every second. Immutable and thread-safe.
 *
 * @param residentBytes memory in RAM, shared pages counted in full ({@code Rss})
 * @param proportionalBytes shared pages divided by the number of processes that map them ({@code
 *     Pss}); over all processes these add up to the memory really used
 * @param privateBytes pages that no other process maps, what would become free at its end ({@code
 *     Private_Clean} and {@code Private_Dirty})
 * @param swapBytes swapped out ({@code Swap})
 */
public record MemoryShare(
    long residentBytes, long proportionalBytes, long privateBytes, long swapBytes) {

  /**
   * Measures a process.
   *
   * @param pid its id
   * @return empty when it has vanished, is a zombie or a kernel thread, or when this user may not
   *     trace it: it takes the same user, or root
   * @throws java.io.UncheckedIOException if no descriptor is left to read {@code /proc}
   */
  public static Optional<MemoryShare> of(long pid) {
    return ProcReader.SYSTEM.memoryShare(pid);
  }
}
