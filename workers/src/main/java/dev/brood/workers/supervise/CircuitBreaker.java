package dev.brood.workers.supervise;

import dev.brood.workers.event.EventTeller;
import dev.brood.workers.event.FlightRecording;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * Stands between a caller and a worker, a pool or anything else that can be down: when too many
 * calls fail it lets none through for a while, so that callers are answered at once and what is
 * down is left in peace; then it tries a few. Thread-safe; needs no thread and no end.
 *
 * <p>The counting is Resilience4j's; see its page there for the states.
 */
public final class CircuitBreaker {
  /**
   * What may fail.
   *
   * @param <T> what it gives
   */
  @FunctionalInterface
  public interface Call<T> {
    /** Makes the call. */
    T call() throws InterruptedException;
  }

  private final String name;
  private final BreakerOptions options;
  private final EventTeller<BreakerEvent> teller;
  private final LongAdder succeeded = new LongAdder();
  private final io.github.resilience4j.circuitbreaker.CircuitBreaker breaker;

  private CircuitBreaker(String name, BreakerOptions options, Clock clock) {
    this.name = name;
    this.options = options;
    this.teller =
        new EventTeller<>(
            "brood-breaker-" + name,
            lost -> new BreakerEvent.EventsLost(name, lost),
            options.listener());
    this.breaker =
        io.github.resilience4j.circuitbreaker.CircuitBreaker.of(name, config(options, clock));
    breaker
        .getEventPublisher()
        .onStateTransition(event ->
            tell(
                new BreakerEvent.StateChanged(
                    name,
                    state(event.getStateTransition().getFromState()),
                    state(event.getStateTransition().getToState()))));
  }

  /**
   * A closed one.
   *
   * @param name by which its events and errors call it
   */
  public static CircuitBreaker of(String name, BreakerOptions options) {
    return of(name, options, new UptimeClock());
  }

  /** One in which the time passes as a clock says. */
  static CircuitBreaker of(String name, BreakerOptions options, Clock clock) {
    return new CircuitBreaker(name, options, clock);
  }

  /** By which its events and errors call it. */
  public String name() {
    return name;
  }

  /**
   * How many events of a type there were so far, those included that the listener was too slow for.
   */
  public long eventCount(Class<? extends BreakerEvent> type) {
    return teller.count(type);
  }

  /** How many calls have succeeded so far. */
  public long succeededCalls() {
    return succeeded.sum();
  }

  /** Whether it lets calls through. An open one whose time is up changes with the next call. */
  public BreakerState state() {
    return state(breaker.getState());
  }

  /**
   * Makes a call, unless it is open. A call that is interrupted counts neither way.
   *
   * @throws CircuitOpenException if the call was not made
   * @throws InterruptedException if the call was interrupted
   */
  public <T> T call(Call<T> call) throws InterruptedException {
    if (!breaker.tryAcquirePermission()) {
      tell(new BreakerEvent.CallRefused(name));
      throw new CircuitOpenException(
          "circuit breaker " + name + " is open: too many calls have failed");
    }
    long begin = breaker.getCurrentTimestamp();
    boolean counted = false;
    try {
      T value = call.call();
      counted = true;
      succeeded.increment();
      breaker.onSuccess(breaker.getCurrentTimestamp() - begin, breaker.getTimestampUnit());
      return value;
    } catch (RuntimeException e) {
      if (options.counts().test(e)) {
        counted = true;
        failed(begin, e);
      }
      throw e;
    } catch (Error e) {
      counted = true;
      failed(begin, e);
      throw e;
    } finally {
      if (!counted) {
        breaker.releasePermission();
      }
    }
  }

  /**
   * As {@link #call(Call)}, but answers with something less where the call was not made, or failed
   * in a way that counts: an older value, an estimate, an apology.
   *
   * @param fallback makes it of the reason, a {@link CircuitOpenException} if no call was made
   * @throws InterruptedException if the call was interrupted
   */
  public <T> T call(Call<T> call, Function<RuntimeException, T> fallback)
      throws InterruptedException {
    try {
      return call(call);
    } catch (CircuitOpenException e) {
      return fallback.apply(e);
    } catch (RuntimeException e) {
      if (!options.counts().test(e)) {
        throw e;
      }
      return fallback.apply(e);
    }
  }

  @Override
  public String toString() {
    return "CircuitBreaker[" + name + ", " + state() + "]";
  }

  private void failed(long begin, Throwable reason) {
    long took = breaker.getCurrentTimestamp() - begin;
    Duration duration = Duration.of(took, breaker.getTimestampUnit().toChronoUnit());
    tell(new BreakerEvent.CallFailed(name, duration, reason));
    breaker.onError(took, breaker.getTimestampUnit(), reason);
  }

  private void tell(BreakerEvent event) {
    if (FlightRecording.inUse()) {
      JfrEvents.record(event);
    }
    teller.tell(event);
  }

  private static CircuitBreakerConfig config(BreakerOptions options, Clock clock) {
    return CircuitBreakerConfig.custom()
        .failureRateThreshold(options.failurePercent())
        .slidingWindow(options.window(), options.minimumCalls(), SlidingWindowType.COUNT_BASED)
        .waitDurationInOpenState(options.openTime())
        .permittedNumberOfCallsInHalfOpenState(options.trialCalls())
        .clock(clock)
        .build();
  }

  private static BreakerState state(io.github.resilience4j.circuitbreaker.CircuitBreaker.State of) {
    return switch (of) {
      case CLOSED, DISABLED, METRICS_ONLY -> BreakerState.CLOSED;
      case OPEN, FORCED_OPEN -> BreakerState.OPEN;
      case HALF_OPEN -> BreakerState.HALF_OPEN;
    };
  }

  /** Goes on evenly whatever is done to the time of day: Resilience4j waits by its clock. */
  private static final class UptimeClock extends Clock {
    private final long begin = System.nanoTime();
    private final Instant began = Instant.now();

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return began.plusNanos(System.nanoTime() - begin);
    }
  }
}
