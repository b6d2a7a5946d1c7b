package dev.brood.process.internal.io;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.ErrnoException;

/**
 * A descriptor that is kept, not used, and watched for its end: an error or a hang-up of the other
 * side. Files and directories cannot be watched, and never end. Thread-safe.
 */
public final class HangUpWatch extends ReadyWatch {
  private final Runnable whenEnded;
  private boolean started;
  private volatile boolean hungUp;

  /**
   * Takes over {@code fd}.
   *
   * @param whenEnded run on the reactor, at most once: must neither block nor fail
   */
  public HangUpWatch(Reactor reactor, int fd, Runnable whenEnded) {
    super(reactor, fd);
    this.whenEnded = whenEnded;
  }

  /** Begins to watch; false if such a descriptor cannot be watched. */
  public synchronized boolean start() {
    if (isClosed() || started) {
      return started;
    }
    try {
      watch(Epoll.ONE_SHOT); // errors and hang-ups are always told, epoll_ctl(2)
      started = true;
    } catch (ErrnoException e) {
      return false; // EPERM: a file; or no memory for one more watch
    }
    return true;
  }

  /** Whether the other side has hung up, as far as was seen. */
  public boolean ended() {
    return hungUp;
  }

  /** Another number for what is kept, close-on-exec; {@code -errno} on failure or if closed. */
  public synchronized int duplicate() {
    return isClosed() ? -Errno.EBADF.number() : Descriptors.duplicate(fd, 3);
  }

  /** Ends the watch and closes the descriptor, which may block for some kinds: see close(2). */
  @Override
  public void close() {
    synchronized (this) {
      if (!endWatch()) {
        return;
      }
    }
    Descriptors.close(fd);
  }

  @Override
  protected void ready(int events) {
    hungUp = true;
    whenEnded.run();
  }

  @Override
  protected void broken(Throwable reason) {
    hungUp = true;
  }
}
