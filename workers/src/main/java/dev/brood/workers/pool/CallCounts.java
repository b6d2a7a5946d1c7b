package dev.brood.workers.pool;

/**
 * How calls of a pool have ended so far. Immutable.
 *
 * @param answered how many were answered with a value
 * @param answeredNanos the time that those took together, from their arrival on, in nanoseconds
 * @param failed how many have failed: in a worker, without one, or given up
 * @param failedNanos the time that those took together
 */
public record CallCounts(long answered, long answeredNanos, long failed, long failedNanos) {}
