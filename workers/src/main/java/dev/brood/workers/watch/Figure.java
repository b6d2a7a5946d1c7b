package dev.brood.workers.watch;

/** What is measured of a child and all its descendants together. */
public enum Figure {
  /** CPU time used since the reading before, in per cent of one core. */
  CPU_PERCENT,
  /** Memory in RAM in bytes, pages that processes share counted for each of them. */
  RESIDENT_BYTES,
  /** Memory in RAM in bytes, shared pages divided by those who share them; dear to read. */
  PROPORTIONAL_BYTES,
  /** Bytes read in a second, from files, pipes and terminals. */
  READ_BYTES_PER_SECOND,
  /** Bytes written in a second, likewise. */
  WRITTEN_BYTES_PER_SECOND,
  /** Open descriptors. */
  DESCRIPTORS,
  /** Processes. */
  PROCESSES,
  /** Threads. */
  THREADS
}
