package dev.brood.process.internal.io;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.SocketMessages;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A connected Unix stream socket over which descriptors may travel.
 *
 * <p>One thread at a time receives and one sends; each is parked while there is nothing to do for
 * it. {@link #close} may come from any thread and wakes both.
 */
public final class MessageSocket extends Watch implements AutoCloseable {
  /** Returned at end of file. */
  public static final int END = -1;

  /** Returned when nothing can be done now. */
  public static final int WOULD_BLOCK = -2;

  private final Reactor reactor;
  private @Nullable Thread receiver;
  private @Nullable Thread sender;
  private boolean registered;
  private int armed;
  private boolean closed;

  /** Takes over {@code fd}, which is made non-blocking. */
  public MessageSocket(Reactor reactor, int fd) {
    super(fd);
    this.reactor = reactor;
    Descriptors.setNonBlocking(fd);
  }

  /**
   * Receives what is there, waiting for at least one byte.
   *
   * @param descriptors see {@link SocketMessages#receive}
   * @return a count or {@link #END}; a peer that is gone with unread messages counts as the end
   * @throws ClosedChannelException if this socket is closed, before or meanwhile
   */
  public int receive(byte[] into, IntConsumer descriptors)
      throws IOException, InterruptedException {
    while (true) {
      int count = tryReceive(into, descriptors);
      if (count != WOULD_BLOCK) {
        return count;
      }
      LockSupport.park(this);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  /**
   * Sends what fits now; a descriptor rides on the first byte.
   *
   * @param descriptor none if negative
   * @return how many bytes were sent, or {@link #WOULD_BLOCK}: then nothing was
   * @throws BrokenPipeException if the peer is gone
   * @throws ClosedChannelException if this socket is closed
   */
  public synchronized int trySend(byte[] bytes, int offset, int length, int descriptor)
      throws IOException {
    while (true) {
      if (closed) {
        throw new ClosedChannelException();
      }
      int count =
          descriptor < 0
              ? SocketMessages.send(fd, bytes, offset, length)
              : SocketMessages.send(fd, bytes, offset, length, descriptor);
      if (count >= 0) {
        return count;
      }
      if (Errno.EAGAIN.is(count)) {
        return WOULD_BLOCK;
      }
      if (Errno.EPIPE.is(count) || Errno.ECONNRESET.is(count)) {
        throw new BrokenPipeException();
      }
      if (!Errno.EINTR.is(count)) {
        throw new IOException("sendmsg: " + Errno.describe(-count));
      }
    }
  }

  /**
   * Waits until something can be sent, or the peer is gone.
   *
   * @throws ClosedChannelException if this socket is closed, before or meanwhile
   */
  public void awaitSendable() throws IOException, InterruptedException {
    synchronized (this) {
      if (closed) {
        throw new ClosedChannelException();
      }
      sender = Thread.currentThread();
      arm();
    }
    while (isWaiting()) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  /** Tells the peer that nothing more comes; what it still sends can be received. */
  public synchronized void shutdownWrite() {
    if (!closed) {
      Descriptors.shutdownWrite(fd);
    }
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
    // Copies of the descriptor, in a child that is just being started, must not hide the end.
    Descriptors.shutdownWrite(fd);
    Descriptors.close(fd);
    wakeReceiver();
    wakeSender();
  }

  @Override
  protected synchronized void ready(int events) {
    armed = 0;
    boolean over = (events & (Epoll.ERROR | Epoll.HANG_UP)) != 0;
    if (over || (events & Epoll.IN) != 0) {
      wakeReceiver();
    }
    if (over || (events & Epoll.OUT) != 0) {
      wakeSender();
    }
    arm();
  }

  @Override
  protected void broken(Throwable reason) {
    close();
  }

  private synchronized boolean isWaiting() {
    return sender == Thread.currentThread() && !closed;
  }

  private synchronized int tryReceive(byte[] into, IntConsumer descriptors) throws IOException {
    while (true) {
      if (closed) {
        throw new ClosedChannelException();
      }
      int count = SocketMessages.receive(fd, into, 0, into.length, descriptors);
      if (count > 0) {
        return count;
      }
      if (count == 0 || Errno.ECONNRESET.is(count)) {
        return END;
      }
      if (Errno.EAGAIN.is(count)) {
        receiver = Thread.currentThread();
        arm();
        return WOULD_BLOCK;
      }
      if (!Errno.EINTR.is(count)) {
        throw new IOException("recvmsg: " + Errno.describe(-count));
      }
    }
  }

  /** Asks for what is waited for, if it is not asked for already. */
  private void arm() {
    int interest = (receiver == null ? 0 : Epoll.IN) | (sender == null ? 0 : Epoll.OUT);
    if (interest == armed || interest == 0 || closed) {
      return;
    }
    if (registered) {
      reactor.modify(this, interest | Epoll.ONE_SHOT);
    } else {
      reactor.add(this, interest | Epoll.ONE_SHOT);
      registered = true;
    }
    armed = interest;
  }

  private void wakeReceiver() {
    Thread thread = receiver;
    receiver = null;
    LockSupport.unpark(thread);
  }

  private void wakeSender() {
    Thread thread = sender;
    sender = null;
    LockSupport.unpark(thread);
  }
}
