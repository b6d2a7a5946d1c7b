package dev.brood.workers.broker;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message as the broker passes it on.
 *
 * @param kind what it is
 * @param from the name of the child that sent it; empty: this process
 * @param to the name of the child that it is for; empty if it is for a topic or for all
 * @param topic the topic that it was published under
 * @param body what was sent, as {@link dev.brood.workers.channel.Message#value}; other receivers
 *     may have the same object, so it is not to be changed
 */
public record Letter(
    Kind kind,
    Optional<String> from,
    Optional<String> to,
    Optional<String> topic,
    @Nullable Object body) {
  /** The kinds of what a broker passes on. */
  public enum Kind {
    /** Published under a topic. */
    PUBLISHED,
    /** For one child by its name. */
    SENT,
    /** For all other children. */
    BROADCAST,
    /** A question to a child, which is answered. */
    REQUEST,
    /** An answer. */
    REPLY,
    /** What the broker itself tells a child: who is there, and what it refused. */
    NOTICE
  }

  static Letter published(@Nullable String from, String topic, @Nullable Object body) {
    return new Letter(
        Kind.PUBLISHED, Optional.ofNullable(from), Optional.empty(), Optional.of(topic), body);
  }

  static Letter of(Kind kind, @Nullable String from, @Nullable String to, @Nullable Object body) {
    return new Letter(
        kind, Optional.ofNullable(from), Optional.ofNullable(to), Optional.empty(), body);
  }
}
