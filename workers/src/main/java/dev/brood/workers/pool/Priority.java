package dev.brood.workers.pool;

/** Which of the calls that wait is sent first. Calls of one priority are sent in their order. */
public enum Priority {
  /** Before all others. */
  HIGH,
  /** Unless said otherwise. */
  NORMAL,
  /** When nothing else waits: it never gets its turn while the pool has more than it can do. */
  LOW
}
