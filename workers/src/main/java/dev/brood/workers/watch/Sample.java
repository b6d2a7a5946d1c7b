package dev.brood.workers.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a child and all its descendants used at one moment. Immutable.
 *
 * <p>CPU, resident memory, processes and threads are of that moment. The rest is read in turns, see
 * {@link Resources}: it is the last that is known, and empty until it is, or if this user may not
 * see it.
 *
 * @param pid the child's process id
 * @param takenAt when it was measured
 * @param span the time since the sample before, zero for the first
 * @param cpuPercent CPU time used in that span in per cent of one core, that of descendants that
 *     have ended in it included if somebody of the tree has waited for them; 0 for the first
 * @param residentBytes memory in RAM, shared pages counted for each process
 * @param proportionalBytes memory in RAM, shared pages divided by those who share them
 * @param readBytesPerSecond bytes read from files, pipes and terminals, at least
 * @param writtenBytesPerSecond bytes written, likewise
 * @param descriptors open descriptors
 * @param processes processes, the child included
 * @param threads threads of all processes
 */
public record Sample(
    long pid,
    Instant takenAt,
    Duration span,
    double cpuPercent,
    long residentBytes,
    OptionalLong proportionalBytes,
    OptionalDouble readBytesPerSecond,
    OptionalDouble writtenBytesPerSecond,
    OptionalInt descriptors,
    int processes,
    int threads) {

  /** One figure of it; empty if it is not known. */
  public OptionalDouble value(Figure figure) {
    return switch (figure) {
      case CPU_PERCENT -> OptionalDouble.of(cpuPercent);
      case RESIDENT_BYTES -> OptionalDouble.of(residentBytes);
      case PROPORTIONAL_BYTES ->
          proportionalBytes.isPresent()
              ? OptionalDouble.of(proportionalBytes.getAsLong())
              : OptionalDouble.empty();
      case READ_BYTES_PER_SECOND -> readBytesPerSecond;
      case WRITTEN_BYTES_PER_SECOND -> writtenBytesPerSecond;
      case DESCRIPTORS ->
          descriptors.isPresent()
              ? OptionalDouble.of(descriptors.getAsInt())
              : OptionalDouble.empty();
      case PROCESSES -> OptionalDouble.of(processes);
      case THREADS -> OptionalDouble.of(threads);
    };
  }
}
