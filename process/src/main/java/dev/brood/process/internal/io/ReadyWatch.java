package dev.brood.process.internal.io;

import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.ErrnoException;
import java.io.IOException;

/**
 * A descriptor for whose readiness threads wait, parked. It is told once for each time that it
 * asks, so that the reactor rests while nobody waits. Guarded by its monitor.
 */
abstract class ReadyWatch extends Watch implements AutoCloseable {
  final Reactor reactor;
  private boolean registered;
  private int asked;
  private boolean closed;

  ReadyWatch(Reactor reactor, int fd) {
    super(fd);
    this.reactor = reactor;
  }

  /** Asks to be told once of these events, if that is not asked already, or never will be. */
  final void ask(int events) {
    if (events != asked && events != 0 && !closed) {
      watch(events | Epoll.ONE_SHOT);
      asked = events;
    }
  }

  /** As {@link #ask}, for a thread that would wait for ever if that cannot be asked. */
  final void askToWait(int events) throws IOException {
    try {
      ask(events);
    } catch (ErrnoException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Asks to be told as often as {@code interest} says. */
  final void watch(int interest) {
    if (registered) {
      reactor.modify(this, interest);
    } else {
      reactor.add(this, interest);
      registered = true;
    }
  }

  /** What was asked has been told. */
  final void told() {
    asked = 0;
  }

  /** Whether {@link #endWatch} was called. */
  boolean isClosed() {
    return closed;
  }

  /** Ends the watch, after which the descriptor may be closed; false if it had ended before. */
  final boolean endWatch() {
    if (closed) {
      return false;
    }
    closed = true;
    if (registered) {
      reactor.remove(this);
    }
    return true;
  }

  @Override
  public abstract void close();

  @Override
  protected void broken(Throwable reason) {
    close();
  }
}
