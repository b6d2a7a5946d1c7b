package dev.brood.workers.channel;

/**
 * What one channel can bear. Immutable.
 *
 * @param codec how values are written; the peer must use the same
 * @param messageLimitBytes the longest message, in both directions
 * @param queueLimitBytes how much may wait to be sent, besides what the kernel holds; 128 bytes for
 *     each message besides its own
 * @param whenFull what happens to a message beyond that
 * @param inboxLimitBytes how much may wait to be received, 128 bytes for each message besides its
 *     own; beyond that the channel stops reading, and a peer that writes on is held by the kernel
 */
public record ChannelOptions(
    Codec codec,
    long messageLimitBytes,
    long queueLimitBytes,
    WhenFull whenFull,
    long inboxLimitBytes) {
  private static final long MIB = 1024 * 1024;

  /** Checks the limits. */
  public ChannelOptions {
    if (messageLimitBytes < 1 || queueLimitBytes < 1 || inboxLimitBytes < 1) {
      throw new IllegalArgumentException(
          "the limits of a channel are positive, not %,d, %,d and %,d bytes"
              .formatted(messageLimitBytes, queueLimitBytes, inboxLimitBytes));
    }
  }

  /** 64 MiB a message and in the inbox, 16 MiB in the queue, waits when that is full. */
  public static ChannelOptions of(Codec codec) {
    return new ChannelOptions(codec, 64 * MIB, 16 * MIB, WhenFull.BLOCK, 64 * MIB);
  }

  /** With another codec. */
  public ChannelOptions codec(Codec other) {
    return new ChannelOptions(other, messageLimitBytes, queueLimitBytes, whenFull, inboxLimitBytes);
  }

  /** With another limit for one message. */
  public ChannelOptions messageLimitBytes(long limit) {
    return new ChannelOptions(codec, limit, queueLimitBytes, whenFull, inboxLimitBytes);
  }

  /** With another limit for what waits to be sent. */
  public ChannelOptions queueLimitBytes(long limit) {
    return new ChannelOptions(codec, messageLimitBytes, limit, whenFull, inboxLimitBytes);
  }

  /** With another answer to a full queue. */
  public ChannelOptions whenFull(WhenFull answer) {
    return new ChannelOptions(codec, messageLimitBytes, queueLimitBytes, answer, inboxLimitBytes);
  }

  /** With another limit for what waits to be received. */
  public ChannelOptions inboxLimitBytes(long limit) {
    return new ChannelOptions(codec, messageLimitBytes, queueLimitBytes, whenFull, limit);
  }
}
