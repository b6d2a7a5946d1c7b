package dev.brood.process.internal.io;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.Sockets;
import java.net.SocketAddress;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One attempt to connect a stream socket; the calling thread is parked meanwhile. */
public final class Connector extends Watch {
  private static final long FULL_PAUSE_NANOS = 5_000_000;

  private @Nullable Thread waiter;
  private boolean ready;

  private Connector(int fd) {
    super(fd);
  }

  /**
   * Makes a stream socket and connects it. A Unix server whose backlog is full is asked again until
   * the deadline.
   *
   * @param deadlineNanos a {@link System#nanoTime} to give up at
   * @return its descriptor, or {@code -errno}; {@code -ETIMEDOUT} at the deadline
   */
  public static int connect(Reactor reactor, SocketAddress address, long deadlineNanos)
      throws InterruptedException {
    int fd = Sockets.socket(Sockets.familyOf(address), Sockets.SOCK_STREAM);
    if (fd < 0) {
      return fd;
    }
    int result = -Errno.EINTR.number();
    try {
      result = connect(reactor, fd, address, deadlineNanos);
    } finally {
      if (result < 0) {
        Descriptors.close(fd);
      }
    }
    return result < 0 ? result : fd;
  }

  private static int connect(Reactor reactor, int fd, SocketAddress address, long deadlineNanos)
      throws InterruptedException {
    while (true) {
      int result = Sockets.connect(fd, address);
      // A connection attempt that a signal interrupts goes on like any other: connect(2).
      if (Errno.EINPROGRESS.is(result) || Errno.EINTR.is(result)) {
        return new Connector(fd).finish(reactor, deadlineNanos);
      }
      if (!Errno.EAGAIN.is(result)) {
        return result;
      }
      long left = deadlineNanos - System.nanoTime();
      if (left <= 0) {
        return -Errno.ETIMEDOUT.number();
      }
      LockSupport.parkNanos(Math.min(left, FULL_PAUSE_NANOS));
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  private int finish(Reactor reactor, long deadlineNanos) throws InterruptedException {
    synchronized (this) {
      waiter = Thread.currentThread();
    }
    reactor.add(this, Epoll.OUT | Epoll.ONE_SHOT);
    try {
      while (!isReady()) {
        long left = deadlineNanos - System.nanoTime();
        if (left <= 0) {
          return -Errno.ETIMEDOUT.number();
        }
        LockSupport.parkNanos(this, left);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    } finally {
      reactor.remove(this);
    }
    int error = Sockets.takeError(fd);
    return error > 0 ? -error : error;
  }

  private synchronized boolean isReady() {
    return ready;
  }

  @Override
  protected synchronized void ready(int events) {
    ready = true;
    LockSupport.unpark(waiter);
  }

  @Override
  protected void broken(Throwable reason) {
    ready(0);
  }
}
