package dev.brood.workers.watch;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How far a child has got, at one moment. Immutable.
 *
 * @param percent from 0 to 100; empty until it has said
 * @param phase what it is at; empty until it has said
 * @param message how far, in words; that of an earlier phase is gone
 * @param elapsed time since the beginning
 * @param still time since anything of it moved last, or since the beginning
 * @param remaining an estimate of the time that it still takes, from the speed of the later half of
 *     the time so far; it counts down, and grows when the next step is overdue. Empty until there
 *     are two percentages
 */
public record Progress(
    OptionalDouble percent,
    Optional<String> phase,
    Optional<String> message,
    Duration elapsed,
    Duration still,
    Optional<Duration> remaining) {}
