package dev.brood.process.internal.linux;

/** What waitid(2) fills in: {@code siginfo_t} and {@code struct rusage} of a 64-bit Linux. */
public final class WaitRecord {
  private static final int CLD_EXITED = 1;
  private static final int CLD_DUMPED = 3;

  final int[] info = new int[32];
  final long[] usage = new long[18];

  /** Whether there is an ending in this record. */
  public boolean ended() {
    return info[0] != 0;
  }

  /** Whether it ended by itself; otherwise {@link #status} is the signal that ended it. */
  public boolean exited() {
    return info[2] == CLD_EXITED;
  }

  public boolean coreDumped() {
    return info[2] == CLD_DUMPED;
  }

  /** The exit code, or the number of the signal. */
  public int status() {
    return info[6];
  }

  public long userMicros() {
    return usage[0] * 1_000_000 + usage[1];
  }

  public long systemMicros() {
    return usage[2] * 1_000_000 + usage[3];
  }

  /** The most memory ever resident, in bytes (ru_maxrss counts KiB). */
  public long peakResidentBytes() {
    return usage[4] * 1024;
  }

  public long minorFaults() {
    return usage[8];
  }

  public long majorFaults() {
    return usage[9];
  }

  public long blocksRead() {
    return usage[11];
  }

  public long blocksWritten() {
    return usage[12];
  }

  public long voluntarySwitches() {
    return usage[16];
  }

  public long involuntarySwitches() {
    return usage[17];
  }
}
