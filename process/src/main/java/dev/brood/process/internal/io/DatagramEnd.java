package dev.brood.process.internal.io;

import dev.brood.process.internal.linux.Datagram;
import dev.brood.process.internal.linux.DatagramMessages;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.ErrnoException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A Unix datagram socket that is received from. One thread at a time polls; {@link #close} may come
 * from any thread and unparks it.
 */
public final class DatagramEnd extends Watch implements AutoCloseable {
  /** Returned when nothing is there now. */
  public static final int WOULD_BLOCK = -1;

  /** Returned when this end is closed. */
  public static final int CLOSED = -2;

  private final Reactor reactor;
  private @Nullable Thread waiter;
  private boolean registered;
  private boolean armed;
  private boolean closed;

  /** Takes over {@code fd}, which is non-blocking. */
  public DatagramEnd(Reactor reactor, int fd) {
    super(fd);
    this.reactor = reactor;
  }

  /**
   * Receives without waiting.
   *
   * @param wake whom to unpark when there may be something, if there is nothing now
   * @return the length, {@link #WOULD_BLOCK} or {@link #CLOSED}
   */
  public synchronized int poll(Datagram into, Thread wake) {
    while (!closed) {
      int received = DatagramMessages.receive(fd, into);
      if (received >= 0) {
        return received;
      }
      if (Errno.EAGAIN.is(received)) {
        waiter = wake;
        arm();
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
    if (closed) {
      return;
    }
    closed = true;
    if (registered) {
      reactor.remove(this);
    }
    Descriptors.close(fd);
    wakeWaiter();
  }

  @Override
  protected synchronized void ready(int events) {
    armed = false;
    wakeWaiter();
  }

  @Override
  protected void broken(Throwable reason) {
    close();
  }

  private void arm() {
    if (armed) {
      return;
    }
    int interest = Epoll.IN | Epoll.ONE_SHOT;
    if (registered) {
      reactor.modify(this, interest);
    } else {
      reactor.add(this, interest);
      registered = true;
    }
    armed = true;
  }

  private void wakeWaiter() {
    Thread thread = waiter;
    waiter = null;
    LockSupport.unpark(thread);
  }
}
