package dev.brood.daemon.config;

import dev.brood.workers.supervise.UnhealthyAction;
import java.time.Duration;
import java.util.Optional;

/**
 * How an app that is up is known to be still well. What is empty is as the supervisor has it.
 * Immutable.
 *
 * @param sign what is looked at
 * @param period from one look to the next
 * @param timeout how long one look may take
 * @param failures how many bad looks in a row make it unhealthy
 * @param successes how many good looks in a row make it healthy
 * @param action what follows when it is unhealthy
 */
public record HealthCheck(
    Sign.OfHealth sign,
    Optional<Duration> period,
    Optional<Duration> timeout,
    Optional<Integer> failures,
    Optional<Integer> successes,
    Optional<UnhealthyAction> action) {}
