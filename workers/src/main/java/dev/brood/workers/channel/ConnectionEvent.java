package dev.brood.workers.channel;

import java.time.Duration;

/** What happens to the connection of a {@link UnixClient}. */
public sealed interface ConnectionEvent {
  /** Messages can be sent. */
  record Connected(Peer server) implements ConnectionEvent {}

  /** The connection has ended, and another one will be tried. */
  record Lost() implements ConnectionEvent {}

  /**
   * An attempt has failed.
   *
   * @param failures how many in a row, with this one
   * @param reason what went wrong
   * @param pause how long it waits now; zero before {@link GaveUp}
   */
  record Failed(int failures, String reason, Duration pause) implements ConnectionEvent {}

  /** There will be no further attempt. */
  record GaveUp(String reason) implements ConnectionEvent {}
}
