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
    DESCRIPTORS;

    /** Whether it is something that the machine tells in per cent, which can have a gate. */
    public boolean isSignal() {
      return switch (this) {
        case LIMIT, RAMP, MEMORY -> false;
        case MEMORY_PRESSURE, CPU_PRESSURE, IO_PRESSURE, CPU, PROCESSES, DESCRIPTORS -> true;
      };
    }

    /** Whether it only counts from the soft limit on. */
    boolean isSoft() {
      return switch (this) {
        case LIMIT, MEMORY, MEMORY_PRESSURE, PROCESSES, DESCRIPTORS -> false;
        case RAMP, CPU_PRESSURE, IO_PRESSURE, CPU -> true;
      };
    }

    /** What a figure in per cent is of. */
    String of() {
      return switch (this) {
        case MEMORY_PRESSURE -> "of the time tasks wait for memory";
        case CPU_PRESSURE -> "of the time tasks wait for a CPU";
        case IO_PRESSURE -> "of the time all tasks wait for storage";
        case CPU -> "of the CPUs are busy";
        case PROCESSES -> "of the process ids are used";
        case DESCRIPTORS -> "of the descriptors of this JVM are used";
        case LIMIT, RAMP, MEMORY -> "";
      };
    }
  }
}
