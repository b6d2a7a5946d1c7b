package dev.brood.process.internal.io;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.Sockets;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A listening socket. Any number of threads wait in {@link #accept}, parked; {@link #close} may
 * come from any thread and wakes them.
 */
public final class Listener extends ReadyWatch {
  /** Returned when the deadline of an accept has passed. */
  public static final int TIMED_OUT = -1;

  private static final int WOULD_BLOCK = -2;

  private final Waiters waiters = new Waiters();

  /** Takes over {@code fd}, a non-blocking socket that listens. */
  public Listener(Reactor reactor, int fd) {
    super(reactor, fd);
  }

  /**
   * Waits for a connection. One that its client has given up meanwhile is passed over.
   *
   * @param deadlineNanos a {@link System#nanoTime} to give up at; 0: never
   * @return the descriptor of the connection, or {@link #TIMED_OUT}
   * @throws ClosedChannelException if this listener is closed, before or meanwhile
   * @throws IOException if there is no descriptor left for the connection (EMFILE, ENFILE), or no
   *     room to watch the listener; it waits on in the kernel, so a caller that tries again must
   *     pause
   */
  public int accept(long deadlineNanos) throws IOException, InterruptedException {
    Thread self = Thread.currentThread();
    try {
      while (true) {
        int accepted = poll(self);
        if (accepted != WOULD_BLOCK) {
          return accepted;
        }
        if (deadlineNanos == 0) {
          LockSupport.park(this);
        } else {
          long left = deadlineNanos - System.nanoTime();
          if (left <= 0) {
            return TIMED_OUT;
          }
          LockSupport.parkNanos(this, left);
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    } finally {
      forget(self);
    }
  }

  private synchronized int poll(Thread self) throws IOException {
    while (true) {
      if (isClosed()) {
        throw new ClosedChannelException();
      }
      int accepted = Sockets.accept(fd);
      if (accepted >= 0) {
        return accepted;
      }
      if (Errno.EAGAIN.is(accepted)) {
        waiters.add(self);
        askToWait(Epoll.IN);
        return WOULD_BLOCK;
      }
      if (!passing(accepted)) {
        throw new IOException("accept4: " + Errno.describe(-accepted));
      }
    }
  }

  /** Whether an error is about one connection and not about the listener: accept(2), "Errors". */
  private static boolean passing(int result) {
    return Errno.EINTR.is(result)
        || Errno.ECONNABORTED.is(result)
        || Errno.EPROTO.is(result)
        || Errno.EPERM.is(result)
        || Errno.ENETDOWN.is(result)
        || Errno.EHOSTDOWN.is(result)
        || Errno.EHOSTUNREACH.is(result)
        || Errno.ENETUNREACH.is(result);
  }

  @Override
  public void close() {
    synchronized (this) {
      if (!endWatch()) {
        return;
      }
      Descriptors.close(fd);
    }
    ready(Epoll.HANG_UP);
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

  private synchronized void forget(Thread self) {
    waiters.remove(self);
  }
}
