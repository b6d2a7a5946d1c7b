package dev.brood.workers.channel;

import dev.brood.workers.channel.v8.JsMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Node's internal messages: which they are, and how ours are made. */
final class Internal {
  static final String HANDLE = "NODE_HANDLE";
  static final String ACK = "NODE_HANDLE_ACK";
  static final String NACK = "NODE_HANDLE_NACK";
  static final String GET_COUNT = "NODE_SOCKET_GET_COUNT";
  static final String COUNT = "NODE_SOCKET_COUNT";
  static final String NOTIFY_CLOSE = "NODE_SOCKET_NOTIFY_CLOSE";
  static final String ALL_CLOSED = "NODE_SOCKET_ALL_CLOSED";

  /** What has no business with a descriptor. */
  static final Set<String> CARRY_NO_HANDLE = Set.of(ACK, NACK, GET_COUNT, NOTIFY_CLOSE);

  private static final String PREFIX = "NODE_";

  private Internal() {}

  /** The command of an internal message; null if the value is an ordinary one. */
  static @Nullable String command(@Nullable Object value) {
    return value instanceof Map<?, ?> map
            && !(map instanceof JsMap) // its entries are no properties
            && map.get("cmd") instanceof String command
            && command.length() > PREFIX.length()
            && command.startsWith(PREFIX)
        ? command
        : null;
  }

  /** The same rule for something that is about to be sent, before it is written. */
  static Map<String, @Nullable Object> message(String command) {
    Map<String, @Nullable Object> message = new LinkedHashMap<>();
    message.put("cmd", command);
    return message;
  }
}
