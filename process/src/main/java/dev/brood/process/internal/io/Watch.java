package dev.brood.process.internal.io;

/**
 * A descriptor that the {@link Reactor} watches.
 *
 * <p>The token tells registrations apart, so that an event of a closed descriptor never reaches the
 * next owner of its number.
 */
public abstract class Watch {
  final int fd;
  long token;

  protected Watch(int fd) {
    this.fd = fd;
  }

  /** Told by the reactor, on its thread: must neither block nor run anything of a user's. */
  protected abstract void ready(int events);

  /** Told when {@link #ready} threw: gives up, so that nobody waits for ever. */
  protected abstract void broken(Throwable reason);
}
