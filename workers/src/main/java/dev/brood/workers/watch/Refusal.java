package dev.brood.workers.watch;

/**
 * One reason why a child may not start now. Immutable.
 *
 * @param reason the kind of reason
 * @param text the same for people, with the figures, such as {@code "310 MiB of memory are free,
 *     512 MiB of that promised; \"link\" needs 890 MiB"}
 */
public record Refusal(Reason reason, String text) {
  /** What stands in the way. */
  public enum Reason {
    /** As many children as the hard limit allows. */
    LIMIT,
    /** Another child has just been started, and its effect does not show yet. */
    RAMP,
    /** Too little free memory for this kind, less what is promised to others. */
    MEMORY,
    /** Tasks lose time waiting for memory. */
    MEMORY_PRESSURE,
    /** Tasks lose time waiting for a CPU. */
    CPU_PRESSURE,
    /** Tasks lose time waiting for storage. */
    IO_PRESSURE,
    /** All CPUs are busy. */
    CPU,
    /** Too few process ids are left. */
    PROCESSES,
    /** This JVM has too few descriptors left. */
    DESCRIPTORS
  }
}
