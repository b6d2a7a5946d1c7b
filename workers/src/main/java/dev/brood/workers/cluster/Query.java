package dev.brood.workers.cluster;

import dev.brood.process.internal.linux.Errno;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A worker's wish for a listening socket: the message {@code queryServer}. Immutable.
 *
 * @param address where; null if the fields make no sense
 * @param key what tells sockets apart: equal texts from different workers mean the same socket
 */
record Query(
    @Nullable ListenAddress address,
    String key,
    Object sequence,
    int backlog,
    int flags,
    boolean readableAll,
    boolean writableAll,
    @Nullable Object data) {
  /** Bit of {@code flags}: IPv6 only. */
  static final int IPV6_ONLY = 1;

  /** Bit of {@code flags}: reuse the address; of UDP only. */
  static final int REUSE_ADDRESS = 4;

  private static final int DEFAULT_BACKLOG = 511;

  static Query of(Map<?, ?> message) {
    int backlog = number(message.get("backlog")).orElse(0);
    String key =
        String.join(
            ":",
            text(message, "address"),
            text(message, "port"),
            text(message, "addressType"),
            text(message, "fd"),
            text(message, "index"));
    return new Query(
        address(message),
        key,
        Optional.<Object>ofNullable(message.get("seq")).orElse(-1),
        backlog > 0 ? backlog : DEFAULT_BACKLOG,
        number(message.get("flags")).orElse(0),
        Boolean.TRUE.equals(message.get("readableAll")),
        Boolean.TRUE.equals(message.get("writableAll")),
        message.get("data"));
  }

  /** The address that a message speaks of; null if it names none. */
  static @Nullable ListenAddress address(Map<?, ?> message) {
    Optional<Integer> descriptor = number(message.get("fd"));
    if (descriptor.isPresent() && descriptor.get() >= 0) { // UDP says -1 for none
      return new ListenAddress.Descriptor(descriptor.get());
    }
    String host = message.get("address") instanceof String text ? text : null;
    int port = number(message.get("port")).orElse(0);
    Optional<Integer> type = number(message.get("addressType"));
    if (message.get("addressType") instanceof String datagram && datagram.startsWith("udp")) {
      String any = datagram.equals("udp6") ? "::" : "0.0.0.0";
      return new ListenAddress.Udp(host == null ? any : host, port);
    }
    if (type.isPresent() && type.get() == -1 && host != null) {
      return new ListenAddress.UnixPath(host);
    }
    return type.isPresent() && (type.get() == 4 || type.get() == 6) && port >= 0 && port <= 65_535
        ? new ListenAddress.Tcp(host, port)
        : null;
  }

  /** An error number as it goes on the wire. */
  static int negative(Errno errno) {
    return -errno.number();
  }

  private static Optional<Integer> number(@Nullable Object value) {
    return value instanceof Number number ? Optional.of(number.intValue()) : Optional.empty();
  }

  /** As a template of JavaScript writes it. */
  private static String text(Map<?, ?> message, String field) {
    Object value = message.get(field);
    if (value instanceof String || value instanceof Number) {
      return value.toString();
    }
    return value == null && message.containsKey(field) ? "null" : "undefined";
  }
}
