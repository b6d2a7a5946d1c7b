package dev.brood.workers.channel;

import java.util.function.Predicate;

/**
 * How a {@link UnixServer} serves. Immutable.
 *
 * @param channel what each channel can bear
 * @param mode the permissions of the socket file; who may not write to it cannot connect
 * @param admit who may connect; called on a virtual thread
 * @param connectionLimit how many connections there are at most; further ones wait in the kernel
 */
public record UnixServerOptions(
    ChannelOptions channel, int mode, Predicate<Peer> admit, int connectionLimit) {
  private static final int PERMISSIONS = 0777;

  /** Checks the numbers. */
  public UnixServerOptions {
    if ((mode & ~PERMISSIONS) != 0) {
      throw new IllegalArgumentException("not permissions: 0%o".formatted(mode));
    }
    if (connectionLimit < 1) {
      throw new IllegalArgumentException("no room for connections: " + connectionLimit);
    }
  }

  /** For processes of the same user only (0600), JSON, up to 1,024 connections. */
  public static UnixServerOptions standard() {
    return new UnixServerOptions(ChannelOptions.of(Codec.JSON), 0600, Peer::isSameUser, 1024);
  }

  /** With other channels. */
  public UnixServerOptions channel(ChannelOptions other) {
    return new UnixServerOptions(other, mode, admit, connectionLimit);
  }

  /** With other permissions of the file, which do not widen who is admitted. */
  public UnixServerOptions mode(int other) {
    return new UnixServerOptions(channel, other, admit, connectionLimit);
  }

  /** With another choice of who may connect. */
  public UnixServerOptions admit(Predicate<Peer> other) {
    return new UnixServerOptions(channel, mode, other, connectionLimit);
  }

  /** With another limit for the number of connections. */
  public UnixServerOptions connectionLimit(int other) {
    return new UnixServerOptions(channel, mode, admit, other);
  }
}
