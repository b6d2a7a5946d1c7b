package dev.brood.process;

import java.time.Duration;
import java.time.Instant;

/**
 * A child that has ended, with all that is known of it. Immutable.
 *
 * @param commandLine as {@link Command#commandLine} gives it, secrets masked
 * @param stdout what was captured; empty if it went elsewhere
 * @param stderr what was captured; empty if it went elsewhere
 * @param duration from the start to the end of the process
 */
public record Result(
    String commandLine,
    long pid,
    Exit exit,
    Cause cause,
    Output stdout,
    Output stderr,
    Usage usage,
    Duration duration,
    Instant startedAt) {}
