package dev.brood.process;

import dev.brood.process.internal.spawn.ResourceUse;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.OptionalLong;

/**
 * What an ended child and the descendants that it waited for have used: getrusage(2). Immutable.
 *
 * @param user CPU time in user mode
 * @param system CPU time in the kernel
 * @param peakResidentBytes the most memory that one of them ever had resident; empty if it was less
 *     than this JVM's own peak at the start: a child shares its parent's memory until it executes
 *     its program, and Linux keeps that figure in ru_maxrss
 * @param minorFaults page faults without input
 * @param majorFaults page faults that read from a device
 * @param blocksRead times the file system had to read
 * @param blocksWritten times the file system had to write
 * @param voluntarySwitches times it gave up the processor to wait
 * @param involuntarySwitches times the processor was taken from it
 */
public record Usage(
    Duration user,
    Duration system,
    OptionalLong peakResidentBytes,
    long minorFaults,
    long majorFaults,
    long blocksRead,
    long blocksWritten,
    long voluntarySwitches,
    long involuntarySwitches) {

  static Usage of(ResourceUse use) {
    return new Usage(
        Duration.of(use.userMicros(), ChronoUnit.MICROS),
        Duration.of(use.systemMicros(), ChronoUnit.MICROS),
        use.peakResidentBytes() == ResourceUse.UNKNOWN
            ? OptionalLong.empty()
            : OptionalLong.of(use.peakResidentBytes()),
        use.minorFaults(),
        use.majorFaults(),
        use.blocksRead(),
        use.blocksWritten(),
        use.voluntarySwitches(),
        use.involuntarySwitches());
  }

  /** User and system time together. */
  public Duration cpu() {
    return user.plus(system);
  }
}
