package dev.brood.workers.supervise;

import dev.brood.process.Command;
import java.net.URI;
import java.time.Duration;

/**
 * How a child that is up is known to be still well, and what to do if it is not. Immutable.
 *
 * <p>From the moment at which it is ready it is looked at once every {@link #period}, and never
 * twice at the same time. After {@link #failures} bad looks in a row it is unhealthy, after {@link
 * #successes} good ones in a row it is healthy. Both are told when they change; unhealthy is
 * followed by the {@link #action}.
 */
public final class Health {
  private static final Health NONE =
      new Health(
          new HealthSign.None(),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          3,
          1,
          UnhealthyAction.RESTART);

  private final HealthSign sign;
  private final Duration period;
  private final Duration timeout;
  private final int failures;
  private final int successes;
  private final UnhealthyAction action;

  private Health(
      HealthSign sign,
      Duration period,
      Duration timeout,
      int failures,
      int successes,
      UnhealthyAction action) {
    this.sign = sign;
    this.period = period;
    this.timeout = timeout;
    this.failures = failures;
    this.successes = successes;
    this.action = action;
  }

  /** Nobody looks: a child is taken to be well while it lives. */
  public static Health none() {
    return NONE;
  }

  /**
   * Well while it answers the request {@code {"type":"health_check"}} on its channel, with whatever
   * value. An error as the answer says that it is not well. For a child with a channel only.
   */
  public static Health ping() {
    return NONE.sign(new HealthSign.Ping());
  }

  /** Well while it accepts connections, as in {@link Readiness#tcp}. */
  public static Health tcp(String host, int port) {
    return NONE.sign(new HealthSign.Probed(new Probe.Tcp(host, port)));
  }

  /** Well while it answers, as in {@link Readiness#http}. */
  public static Health http(URI uri) {
    return NONE.sign(new HealthSign.Probed(new Probe.Http(uri)));
  }

  /** Well while a command succeeds. What takes longer than {@link #timeout} is killed. */
  public static Health command(Command command) {
    return NONE.sign(new HealthSign.Probed(new Probe.Run(command)));
  }

  /**
   * Well while it sends {@code WATCHDOG=1} of sd_notify(3) and is never silent for longer than
   * that. The child gets {@code NOTIFY_SOCKET} and {@code WATCHDOG_USEC}. It is unhealthy with the
   * first silence, or by {@code WATCHDOG=trigger}; period and timeout mean nothing here.
   *
   * @throws IllegalArgumentException if it is not longer than nothing
   */
  public static Health watchdog(Duration silence) {
    Duration checked = Durations.positive("a silence", silence);
    return NONE.sign(new HealthSign.Watchdog(checked)).failures(1);
  }

  /**
   * With another time from one look to the next; 10 seconds unless set.
   *
   * @throws IllegalArgumentException if it is not longer than nothing
   */
  public Health period(Duration time) {
    Duration checked = Durations.positive("a period", time);
    return new Health(sign, checked, timeout, failures, successes, action);
  }

  /**
   * With another time that one look may take; 5 seconds unless set.
   *
   * @throws IllegalArgumentException if it is not longer than nothing
   */
  public Health timeout(Duration time) {
    Duration checked = Durations.positive("a timeout", time);
    return new Health(sign, period, checked, failures, successes, action);
  }

  /**
   * Unhealthy after that many bad looks in a row; 3 unless set, and 1 for a watchdog.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public Health failures(int inRow) {
    return new Health(sign, period, timeout, atLeastOne(inRow), successes, action);
  }

  /**
   * Healthy after that many good looks in a row; 1 unless set.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public Health successes(int inRow) {
    return new Health(sign, period, timeout, failures, atLeastOne(inRow), action);
  }

  /** With another action; {@link UnhealthyAction#RESTART} unless set. */
  public Health whenUnhealthy(UnhealthyAction other) {
    return new Health(sign, period, timeout, failures, successes, other);
  }

  /** Whether nobody looks. */
  public boolean isNone() {
    return sign instanceof HealthSign.None;
  }

  /** What to do about a child that is not well. */
  public UnhealthyAction action() {
    return action;
  }

  HealthSign sign() {
    return sign;
  }

  Duration period() {
    return period;
  }

  Duration timeout() {
    return timeout;
  }

  int failures() {
    return failures;
  }

  int successes() {
    return successes;
  }

  @Override
  public String toString() {
    return "Health[%s, every %s, timeout %s, %d failures, %d successes, %s]"
        .formatted(sign, period, timeout, failures, successes, action);
  }

  private Health sign(HealthSign other) {
    return new Health(other, period, timeout, failures, successes, action);
  }

  private static int atLeastOne(int inRow) {
    if (inRow < 1) {
      throw new IllegalArgumentException("a threshold is 1 or more, not " + inRow);
    }
    return inRow;
  }
}
