package dev.brood.workers.channel;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * How a {@link UnixClient} connects. Immutable.
 *
 * @param channel what each channel can bear
 * @param reconnect when it tries again
 * @param connectLimit how long one attempt may take
 * @param whenAway what happens to messages while it is not connected
 * @param queueLimit how many of them wait at most; nor more bytes than {@link
 *     ChannelOptions#queueLimitBytes}
 * @param trust which server it talks to: whoever may write to the directory can listen there
 */
public record UnixClientOptions(
    ChannelOptions channel,
    Reconnect reconnect,
    Duration connectLimit,
    WhenAway whenAway,
    int queueLimit,
    Predicate<Peer> trust) {

  /** Checks the numbers. */
  public UnixClientOptions {
    if (queueLimit < 1) {
      throw new IllegalArgumentException("no room for messages: " + queueLimit);
    }
    if (connectLimit.isNegative() || connectLimit.isZero()) {
      throw new IllegalArgumentException("no time for an attempt: " + connectLimit);
    }
  }

  /**
   * A server of the same user, JSON; tries for ever; a message fails while there is no connection.
   */
  public static UnixClientOptions standard() {
    return new UnixClientOptions(
        ChannelOptions.of(Codec.JSON),
        Reconnect.forever(),
        Duration.ofSeconds(5),
        WhenAway.FAIL,
        1024,
        Peer::isSameUser);
  }

  /** With other channels. */
  public UnixClientOptions channel(ChannelOptions other) {
    return new UnixClientOptions(other, reconnect, connectLimit, whenAway, queueLimit, trust);
  }

  /** With another way to try again. */
  public UnixClientOptions reconnect(Reconnect other) {
    return new UnixClientOptions(channel, other, connectLimit, whenAway, queueLimit, trust);
  }

  /** With messages that wait for the next connection, up to that many. */
  public UnixClientOptions queueWhenAway(int limit) {
    return new UnixClientOptions(channel, reconnect, connectLimit, WhenAway.QUEUE, limit, trust);
  }

  /** With another choice of servers to talk to. */
  public UnixClientOptions trust(Predicate<Peer> other) {
    return new UnixClientOptions(channel, reconnect, connectLimit, whenAway, queueLimit, other);
  }
}
