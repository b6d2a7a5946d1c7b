package dev.brood.bench.channel;

import dev.brood.workers.channel.Codec;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.util.Map;
import java.util.Objects;

/**
 * The child that a round talks to.
 *
 * @param language {@code java} or {@code node}
 * @param codec by its name
 * @param thread {@code platform} or {@code virtual}: on what a Java child receives
 */
record Peer(String language, String codec, String thread) {
  /** Framing and keys of a message, which the figures of bytes include. */
  private static final int JSON_AROUND = 19;

  private static final int CBOR_AROUND = 9;

  Fork fork() {
    Fork fork =
        switch (language) {
          case "java" -> Fork.java(Echo.class, thread);
          case "node" -> Fork.node(nodeScript());
          default -> throw new IllegalArgumentException("no peer in " + language);
        };
    return fork.codec(Codec.named(codec));
  }

  ForkedChild spawn() {
    return fork().spawn();
  }

  /** What is sent: about that many bytes on the wire, framing included. */
  Object message(int bytes) {
    return codec.equals("cbor")
        ? new byte[bytes - CBOR_AROUND]
        : Map.of("id", 1, "body", "x".repeat(bytes - JSON_AROUND));
  }

  static String nodeScript() {
    return Objects.requireNonNull(System.getProperty("bench.peer"), "bench.peer");
  }
}
