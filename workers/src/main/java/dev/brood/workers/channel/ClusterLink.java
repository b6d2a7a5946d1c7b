package dev.brood.workers.channel;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster's primary speaks with a worker, besides ordinary messages. Thread-safe.
 *
 * <p>Nothing here waits: what the kernel does not take is queued, whatever the limit of the
 * channel. Who answers a worker that sends but does not read has to look at {@link #queuedBytes}.
 */
public final class ClusterLink {
  private static final String COMMAND = "NODE_CLUSTER";

  private final Channel channel;

  ClusterLink(Channel channel) {
    this.channel = channel;
  }

  /**
   * Takes over a connection that was accepted as non-blocking, without the checks of {@link
   * Handle#of}: they cost as much as all the rest of handing it on.
   */
  public static Handle connection(int descriptor) {
    return Handle.received(descriptor, Handle.Kind.NATIVE, null);
  }

  /** Whether an internal message is of a cluster's conversation. */
  public static boolean isCluster(Map<?, ?> message) {
    return COMMAND.equals(message.get("cmd"));
  }

  /**
   * Gives the conversation's messages to a handler: what has come already at once, on this thread,
   * and the rest on a platform thread that reads this channel from now on.
   *
   * @throws IllegalStateException if there is a handler already
   */
  public void onMessage(InternalHandler handler) {
    InternalHandler ours =
        (message, handle) -> {
          if (isCluster(message)) {
            handler.handle(message, handle);
          } else if (handle != null) {
            handle.close();
          }
        };
    if (!channel.handleInternal(ours)) {
      throw new IllegalStateException(channel + " belongs to a cluster already");
    }
    channel.readOnItsOwnThread();
  }

  /**
   * Sends the body of a message.
   *
   * @throws ChannelClosedException if the worker is gone
   */
  public void send(Map<String, @Nullable Object> body) {
    channel.sendNow(message(body), null, false);
  }

  /**
   * Sends the body of a message with a descriptor that stays open here; the caller must not close
   * it before the worker has answered or the channel has ended.
   *
   * @throws ChannelClosedException if the worker is gone
   * @throws HandleException if the system refuses to send the descriptor
   */
  public void lend(Map<String, @Nullable Object> body, Handle handle) {
    channel.sendNow(message(body), handle, false);
  }

  /**
   * Sends the body of a message with a descriptor that is closed here when the worker has it, or
   * never gets it.
   *
   * @throws ChannelClosedException if the worker is gone; the handle is closed then
   * @throws HandleException if the system refuses to send the descriptor; the handle is closed then
   */
  public void give(Map<String, @Nullable Object> body, Handle handle) {
    boolean sent = false;
    try {
      channel.sendNow(message(body), handle, true);
      sent = true;
    } finally {
      if (!sent) {
        handle.close();
      }
    }
  }

  /** How much waits to be sent to the worker. */
  public long queuedBytes() {
    return channel.queuedBytes();
  }

  private static Map<String, @Nullable Object> message(Map<String, @Nullable Object> body) {
    Map<String, @Nullable Object> message = new LinkedHashMap<>();
    message.put("cmd", COMMAND);
    message.putAll(body);
    return message;
  }
}
