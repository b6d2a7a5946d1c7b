package dev.brood.process.internal.spawn;

/**
 * How a process ended.
 *
 * @param exited whether by itself; otherwise by a signal
 * @param status the exit code, or the number of the signal
 * @param atNanos when that was noticed, on the scale of {@link System#nanoTime}
 */
public record Ending(
    boolean exited, int status, boolean coreDumped, ResourceUse use, long atNanos) {}
