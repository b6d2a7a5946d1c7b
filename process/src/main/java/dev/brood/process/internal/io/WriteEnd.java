package dev.brood.process.internal.io;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.Errno;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Our end of a pipe or socket that a child reads from.
 *
 * <p>Either one thread at a time writes, parked while the pipe is full, or {@link #feed} lets the
 * reactor write bytes that are in memory. {@link #close} may come from any thread and wakes a
 * waiting writer.
 */
public final class WriteEnd extends ReadyWatch {
  private final boolean socket;
  private final Waiters waiters = new Waiters();
  private byte @Nullable [] feed;
  private int fed;

  /** Takes over {@code fd}, which is made non-blocking. */
  public WriteEnd(Reactor reactor, int fd) {
    this(reactor, fd, false);
  }

  /**
   * Takes over {@code fd}, which is made non-blocking.
   *
   * @param socket whether it shares a socket with a {@link ReadEnd}, so that closing this end must
   *     tell the peer
   */
  public WriteEnd(Reactor reactor, int fd, boolean socket) {
    super(reactor, fd);
    this.socket = socket;
    Descriptors.setNonBlocking(fd);
  }

  /**
   * Writes all bytes, waiting while the pipe is full.
   *
   * @throws BrokenPipeException if nobody reads any more (EPIPE)
   * @throws ClosedChannelException if this end is closed, before or meanwhile
   */
  public void write(byte[] bytes, int offset, int length) throws IOException, InterruptedException {
    int done = 0;
    while (done < length) {
      int count = tryWrite(bytes, offset + done, length - done, Thread.currentThread());
      if (count > 0) {
        done += count;
        continue;
      }
      LockSupport.park(this);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  /**
   * Writes all of {@code bytes} in the background and closes this end; a broken pipe is no error.
   */
  public void feed(byte[] bytes) {
    synchronized (this) {
      feed = bytes;
      fed = 0;
    }
    feedMore();
  }

  @Override
  public synchronized boolean isClosed() {
    return super.isClosed();
  }

  @Override
  public synchronized void close() {
    if (!endWatch()) {
      return;
    }
    feed = null;
    if (socket) {
      Descriptors.shutdownWrite(fd);
    }
    Descriptors.close(fd);
    Waiters.unpark(waiters.take());
  }

  @Override
  protected void ready(int events) {
    List<Thread> woken;
    boolean feeding;
    synchronized (this) {
      told();
      woken = waiters.take();
      feeding = feed != null;
    }
    Waiters.unpark(woken);
    if (feeding) {
      feedMore();
    }
  }

  private synchronized void feedMore() {
    byte[] bytes = feed;
    try {
      while (bytes != null && fed < bytes.length) {
        int count = tryWrite(bytes, fed, bytes.length - fed, null);
        if (count == 0) {
          ask(Epoll.OUT);
          return;
        }
        fed += count;
      }
    } catch (IOException e) {
      // Whoever reads has enough: supplied input need not be read to its end.
    }
    close();
  }

  /** Writes what fits now; 0 if nothing does, and then {@code wake} is unparked when it may. */
  private synchronized int tryWrite(byte[] bytes, int offset, int length, @Nullable Thread wake)
      throws IOException {
    while (true) {
      if (isClosed()) {
        throw new ClosedChannelException();
      }
      int count = Descriptors.write(fd, bytes, offset, length);
      if (count >= 0) {
        return count;
      }
      if (Errno.EAGAIN.is(count)) {
        if (wake != null) {
          waiters.set(wake);
          ask(Epoll.OUT);
        }
        return 0;
      }
      if (Errno.EPIPE.is(count) || Errno.ECONNRESET.is(count)) {
        throw new BrokenPipeException();
      }
      if (!Errno.EINTR.is(count)) {
        throw new IOException("write: " + Errno.describe(-count));
      }
    }
  }
}
