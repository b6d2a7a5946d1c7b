package dev.brood.workers.channel;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a cluster's primary speaks with a worker, besides ordinary messages. Thread-safe. */
public final class ClusterLink {
  private static final String COMMAND = "NODE_CLUSTER";

  private final Channel channel;

  ClusterLink(Channel channel) {
    this.channel = channel;
  }

  /** Whether an internal message is of a cluster's conversation. */
  public static boolean isCluster(Map<?, ?> message) {
    return COMMAND.equals(message.get("cmd"));
  }

  /**
   * Sends the body of a message, with a descriptor if one is given.
   *
   * @throws ChannelClosedException if the worker is gone
   */
  public void send(Map<String, @Nullable Object> body, @Nullable Handle handle) {
    Map<String, @Nullable Object> message = new LinkedHashMap<>();
    message.put("cmd", COMMAND);
    message.putAll(body);
    boolean unused = handle == null ? channel.send(message) : channel.send(message, handle);
  }
}
