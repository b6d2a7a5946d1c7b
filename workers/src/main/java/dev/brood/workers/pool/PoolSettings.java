package dev.brood.workers.pool;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.workers.supervise.Backoff;
import dev.brood.workers.watch.Admission;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The settings of a pool with what holds unless set. Changed by {@link PoolSpec} in a copy only.
 */
final class PoolSettings implements Cloneable {
  int minimum = Runtime.getRuntime().availableProcessors();
  int maximum = minimum;
  int spares;
  int concurrency = 1;
  int ahead;
  Balancing balancing = Balancing.LEAST_BUSY;
  int queueLimit = 10_000;
  WhenQueueFull whenFull = WhenQueueFull.BLOCK;
  CallOptions callOptions = CallOptions.DEFAULT;
  Recycling recycling = Recycling.NEVER;
  Duration growAfter = Duration.ofMillis(50);
  Duration idleLimit = Duration.ofMinutes(1);
  Optional<Duration> readyLimit = Optional.empty();
  int poisonAfter = 3;
  int giveUpAfter = 5;
  Backoff backoff = Backoff.exponential(Duration.ofMillis(200), Duration.ofSeconds(30)).fastFirst();
  Duration retireGrace = Duration.ofSeconds(5);
  Duration giveUpGrace = Duration.ofSeconds(1);
  Duration neighbourLimit = Duration.ofSeconds(10);
  Duration closeLimit = Duration.ofSeconds(30);
  Admission admission = Admission.always();
  String kind = "worker";
  Consumer<PoolEvent> listener = event -> {};

  PoolSettings copy() {
    try {
      return (PoolSettings) clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  /** What the core goes by. */
  PoolRules rules(RandomGenerator random) {
    Backoff waits = backoff;
    return new PoolRules(
        minimum,
        maximum,
        spares,
        concurrency,
        ahead,
        balancing,
        queueLimit,
        whenFull,
        poisonAfter,
        giveUpAfter,
        NANOSECONDS.convert(growAfter),
        NANOSECONDS.convert(idleLimit),
        NANOSECONDS.convert(readyLimit.orElse(Duration.ofDays(1))),
        NANOSECONDS.convert(neighbourLimit),
        recycling,
        failures -> NANOSECONDS.convert(waits.delay(failures, random)));
  }
}
