package dev.brood.workers.cluster;

import dev.brood.workers.fork.Fork;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the workers of a cluster are replaced while it serves. Immutable.
 *
 * <p>A new worker has to serve, see {@link Cluster#readyMessage}, before an old one is told to go.
 */
public final class ReloadPlan {
  /** One at a time, 30 s to come up, 200 ms of pause, the program that the cluster has. */
  public static final ReloadPlan DEFAULT =
      new ReloadPlan(null, 1, Duration.ofSeconds(30), Duration.ofMillis(200));

  private final @Nullable Fork fork;
  private final int atOnce;
  private final Duration readyLimit;
  private final Duration pause;

  private ReloadPlan(@Nullable Fork fork, int atOnce, Duration readyLimit, Duration pause) {
    this.fork = fork;
    this.atOnce = atOnce;
    this.readyLimit = readyLimit;
    this.pause = pause;
  }

  /** With another program than before; if it comes up, the cluster keeps it. */
  public ReloadPlan fork(Fork newFork) {
    return new ReloadPlan(newFork, atOnce, readyLimit, pause);
  }

  /**
   * With so many new workers at once, one unless set. With as many as the cluster has, all new ones
   * serve before the first old one goes, and a failure leaves all old ones untouched.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public ReloadPlan atOnce(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("at least one at a time, not " + count);
    }
    return new ReloadPlan(fork, count, readyLimit, pause);
  }

  /** With another time for a new worker to come up; then it has failed. */
  public ReloadPlan readyLimit(Duration limit) {
    return new ReloadPlan(fork, atOnce, notNegative(limit), pause);
  }

  /**
   * With another pause between the last connection that an old worker is given and its being told
   * to go: time for the first bytes of a request, without which Node 26 closes a connection.
   */
  public ReloadPlan pause(Duration length) {
    return new ReloadPlan(fork, atOnce, readyLimit, notNegative(length));
  }

  Optional<Fork> fork() {
    return Optional.ofNullable(fork);
  }

  int atOnce() {
    return atOnce;
  }

  Duration readyLimit() {
    return readyLimit;
  }

  Duration pause() {
    return pause;
  }

  static Duration notNegative(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("a duration is not negative here: " + duration);
    }
    return duration;
  }
}
