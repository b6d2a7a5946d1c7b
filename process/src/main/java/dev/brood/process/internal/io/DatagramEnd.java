package dev.brood.process.internal.io;

import dev.brood.process.internal.linux.Datagram;
import dev.brood.process.internal.linux.DatagramMessages;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.ErrnoException;
import java.util.List;

/**
 * A Unix datagram socket that is received from. One thread at a time polls; {@link #close} may come
 * from any thread and unparks it.
 */
public final class DatagramEnd extends ReadyWatch {
  /** Returned when nothing is there now. */
  public static final int WOULD_BLOCK = -1;

  /** Returned when this end is closed. */
  public static final int CLOSED = -2;

  private final Waiters waiters = new Waiters();

  /** Takes over {@code fd}, which is non-blocking. */
  public DatagramEnd(Reactor reactor, int fd) {
    super(reactor, fd);
  }

  /**
   * Receives without waiting.
   *
   * @param wake whom to unpark when there may be something, if there is nothing now
   * @return the length, {@link #WOULD_BLOCK} or {@link #CLOSED}
   */
  public synchronized int poll(Datagram into, Thread wake) {
    while (!isClosed()) {
      int received = DatagramMessages.receive(fd, into);
      if (received >= 0) {
        return received;
      }
      if (Errno.EAGAIN.is(received)) {
        waiters.set(wake);
        ask(Epoll.IN);
        return WOULD_BLOCK;
      }
      if (!Errno.EINTR.is(received)) {
        throw new ErrnoException("recvmsg", -received);
      }
    }
    return CLOSED;
  }

  @Override
  public synchronized void close() {
    if (endWatch()) {
      Descriptors.close(fd);
      Waiters.unpark(waiters.take());
    }
  }

  @Override
  protected void ready(int events) {
    List<Thread> woken;
    synchronized (this) {
      told();
      woken = waiters.take();
    }
    Waiters.unpark(woken);
  }
}
