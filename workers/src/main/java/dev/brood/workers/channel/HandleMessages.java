package dev.brood.workers.channel;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The envelope of a message that travels with a descriptor, and the names of descriptors in it. */
final class HandleMessages {
  private HandleMessages() {}

  /** What goes on the wire for a message with a descriptor. */
  static Map<String, @Nullable Object> wrap(@Nullable Object message, Handle handle) {
    Map<String, @Nullable Object> envelope = Internal.message(Internal.HANDLE);
    envelope.put("type", typeOf(handle.kind()));
    envelope.put("msg", message);
    if (handle.kind() == Handle.Kind.DATAGRAM) {
      boolean six =
          handle.localAddress() instanceof InetSocketAddress address
              && address.getAddress() instanceof Inet6Address;
      envelope.put("dgramType", six ? "udp6" : "udp4");
    }
    return envelope;
  }

  /** The innermost envelope: a message that Node sends again is wrapped once more. */
  static Map<?, ?> innermost(Map<?, ?> envelope) {
    Map<?, ?> current = envelope;
    while (current.get("msg") instanceof Map<?, ?> inner
        && Internal.HANDLE.equals(Internal.command(inner))) {
      current = inner;
    }
    return current;
  }

  /** What kind of descriptor an envelope speaks of; null if it is none that we know. */
  static Handle.@Nullable Kind kindOf(Map<?, ?> envelope) {
    for (Handle.Kind kind : Handle.Kind.values()) {
      if (typeOf(kind).equals(envelope.get("type"))) {
        return kind;
      }
    }
    return null;
  }

  private static String typeOf(Handle.Kind kind) {
    return switch (kind) {
      case SERVER -> "net.Server";
      case SOCKET -> "net.Socket";
      case NATIVE -> "net.Native";
      case DATAGRAM -> "dgram.Socket";
      case DATAGRAM_NATIVE -> "dgram.Native";
      case FILE -> "brood.File";
      case PIPE -> "brood.Pipe";
      case MEMORY -> "brood.Memory";
    };
  }
}
