package dev.brood.workers.broker;

import java.time.Duration;

/**
 * The bounds of a {@link Broker}. Immutable.
 *
 * @param queueLimitMessages how many messages wait for one receiver at most
 * @param queueLimitBytes how many bytes, as they go over the channel; one message alone always
 *     fits. Not counted for subscribers in this process
 * @param whenBehind what happens to more
 * @param subscriptionLimit how many subscriptions one child may have
 * @param requestLimit how many requests of one child may be unanswered
 * @param requestTime how long a request of a child's waits for its reply at most, and what it gets
 *     if it names no limit
 */
public record BrokerOptions(
    int queueLimitMessages,
    long queueLimitBytes,
    WhenBehind whenBehind,
    int subscriptionLimit,
    int requestLimit,
    Duration requestTime) {
  /**
   * 10,000 messages and 16 MiB for each receiver, the oldest make room; 1,000 subscriptions and
   * unanswered requests for each child, and 30 seconds to answer.
   */
  public static final BrokerOptions DEFAULT =
      new BrokerOptions(
          10_000, 16L * 1024 * 1024, WhenBehind.DROP_OLDEST, 1000, 1000, Duration.ofSeconds(30));

  /** Checks the limits. */
  public BrokerOptions {
    if (queueLimitMessages < 1
        || queueLimitBytes < 1
        || subscriptionLimit < 1
        || requestLimit < 1
        || requestTime.isNegative()
        || requestTime.isZero()) {
      throw new IllegalArgumentException("the limits of a broker are positive");
    }
  }

  /** With other bounds of each queue. */
  public BrokerOptions queueLimit(int messages, long bytes) {
    return new BrokerOptions(
        messages, bytes, whenBehind, subscriptionLimit, requestLimit, requestTime);
  }

  /** With another answer to a full queue. */
  public BrokerOptions whenBehind(WhenBehind answer) {
    return new BrokerOptions(
        queueLimitMessages, queueLimitBytes, answer, subscriptionLimit, requestLimit, requestTime);
  }

  /** With another bound on the subscriptions of a child. */
  public BrokerOptions subscriptionLimit(int count) {
    return new BrokerOptions(
        queueLimitMessages, queueLimitBytes, whenBehind, count, requestLimit, requestTime);
  }

  /** With other bounds on the requests of a child. */
  public BrokerOptions requests(int count, Duration time) {
    return new BrokerOptions(
        queueLimitMessages, queueLimitBytes, whenBehind, subscriptionLimit, count, time);
  }
}
