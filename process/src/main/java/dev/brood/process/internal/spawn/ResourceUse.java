package dev.brood.process.internal.spawn;

/** What getrusage(2) tells of an ended process and the descendants that it waited for. */
public record ResourceUse(
    long userMicros,
    long systemMicros,
    long peakResidentBytes,
    long minorFaults,
    long majorFaults,
    long blocksRead,
    long blocksWritten,
    long voluntarySwitches,
    long involuntarySwitches) {
  /** Stands for a figure that cannot be told. */
  public static final long UNKNOWN = -1;

  /** Nothing used. */
  public static final ResourceUse NONE = new ResourceUse(0, 0, UNKNOWN, 0, 0, 0, 0, 0, 0);
}
