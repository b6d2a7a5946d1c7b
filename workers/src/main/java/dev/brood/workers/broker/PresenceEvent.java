package dev.brood.workers.broker;

/** A child has come or gone. */
public sealed interface PresenceEvent {
  /** Its name. */
  String name();

  /** It has joined. */
  record Joined(String name) implements PresenceEvent {}

  /** It has left: by {@link Broker#leave}, with its channel, or because it was too far behind. */
  record Left(String name) implements PresenceEvent {}
}
