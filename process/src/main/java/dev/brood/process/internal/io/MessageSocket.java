package dev.brood.process.internal.io;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.SocketMessages;
import dev.brood.process.internal.linux.Sockets;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * A connected Unix stream socket over which descriptors may travel.
 *
 * <p>One thread at a time receives and one sends; each is parked while there is nothing to do for
 * it. Others may wait until something can be received: all of them are woken. A platform thread
 * that receives waits in the kernel first, for {@value #KERNEL_WAIT_MILLIS} ms: an answer that
 * comes soon wakes it without the reactor's help. {@link #close} may come from any thread and wakes
 * both.
 */
public final class MessageSocket extends ReadyWatch {
  /** Returned at end of file. */
  public static final int END = -1;

  /** Returned when nothing can be done now. */
  public static final int WOULD_BLOCK = -2;

  /** How long a thread may be deaf to its interruption. */
  private static final int KERNEL_WAIT_MILLIS = 5;

  private final DescriptorUse use;
  private final boolean waitsInKernel;
  private final Waiters receivers = new Waiters();
  private final Waiters senders = new Waiters();
  private volatile boolean unreadByPeer;

  /** Takes over {@code fd}, which is made blocking: each call says whether it waits. */
  public MessageSocket(Reactor reactor, int fd) {
    super(reactor, fd);
    this.use = new DescriptorUse(fd);
    this.waitsInKernel =
        Descriptors.setBlocking(fd) >= 0 && Sockets.receiveLimit(fd, KERNEL_WAIT_MILLIS) >= 0;
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
    return receive(into, descriptors, Long.MAX_VALUE);
  }

  /**
   * As {@link #receive(byte[], IntConsumer)}, for so long at most.
   *
   * @param waitNanos not positive: takes what is there now
   * @return also {@link #WOULD_BLOCK}, if nothing came
   */
  public int receive(byte[] into, IntConsumer descriptors, long waitNanos)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    boolean inKernel =
        waitsInKernel
            && waitNanos >= KERNEL_WAIT_MILLIS * 1_000_000L
            && !Thread.currentThread().isVirtual();
    while (true) {
      int count = receiveNow(into, descriptors, inKernel);
      if (count != WOULD_BLOCK) {
        return count;
      }
      inKernel = false;
      long left = waitNanos == Long.MAX_VALUE ? waitNanos : waitNanos - (System.nanoTime() - start);
      if (left <= 0) {
        return WOULD_BLOCK;
      }
      awaitReceivable(left);
    }
  }

  /**
   * Waits until something can be received, the time is over, or somebody wakes this thread.
   *
   * @throws ClosedChannelException if this socket is closed, before or meanwhile
   * @throws IOException if the kernel has no room to watch it
   */
  public void awaitReceivable(long waitNanos) throws IOException, InterruptedException {
    synchronized (this) {
      checkOpen();
      receivers.add(Thread.currentThread());
      askToWait(wanted());
    }
    if (waitNanos == Long.MAX_VALUE) { // a virtual thread's limit costs it a timer
      LockSupport.park(this);
    } else {
      LockSupport.parkNanos(this, waitNanos);
      forget(Thread.currentThread());
    }
    if (Thread.interrupted()) {
      forget(Thread.currentThread());
      throw new InterruptedException();
    }
    if (use.isClosed()) {
      throw new ClosedChannelException();
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
  public int trySend(byte[] bytes, int offset, int length, int descriptor) throws IOException {
    while (true) {
      enter();
      int count;
      try {
        count =
            descriptor < 0
                ? SocketMessages.send(fd, bytes, offset, length)
                : SocketMessages.send(fd, bytes, offset, length, descriptor);
      } finally {
        use.leave();
      }
      if (count >= 0) {
        return count;
      }
      if (Errno.EAGAIN.is(count)) {
        return WOULD_BLOCK;
      }
      if (Errno.EPIPE.is(count) || Errno.ECONNRESET.is(count)) {
        throw use.isClosed() ? new ClosedChannelException() : new BrokenPipeException();
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
   * @throws IOException if the kernel has no room to watch it
   */
  public void awaitSendable() throws IOException, InterruptedException {
    synchronized (this) {
      checkOpen();
      senders.set(Thread.currentThread());
      askToWait(wanted());
    }
    while (isWaiting()) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  /**
   * Whether the peer was gone, all copies of its end closed, before it had read the last byte that
   * this side has sent; known when {@link #END} was received. Linux tells it by ECONNRESET, see
   * unix_release_sock() in net/unix/af_unix.c. False may also mean that this is not known.
   */
  public boolean unreadByPeer() {
    return unreadByPeer;
  }

  /** Tells the peer that nothing more comes; what it still sends can be received. */
  public void shutdownWrite() {
    if (use.enter()) {
      Descriptors.shutdownWrite(fd);
      use.leave();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (!endWatch()) {
        return;
      }
    }
    boolean entered = use.enter();
    use.close(); // from here on a call says that this end is closed
    if (entered) {
      // Ends a receive(2) under way. And copies of the descriptor, in a child that is just being
      // started, must not hide the end.
      Descriptors.shutdown(fd);
      use.leave();
    }
    ready(Epoll.HANG_UP);
  }

  @Override
  protected void ready(int events) {
    boolean over = (events & (Epoll.ERROR | Epoll.HANG_UP)) != 0;
    List<Thread> readers = List.of();
    List<Thread> writers = List.of();
    synchronized (this) {
      told();
      if (over || (events & Epoll.IN) != 0) {
        readers = receivers.take();
      }
      if (over || (events & Epoll.OUT) != 0) {
        writers = senders.take();
      }
      ask(wanted());
    }
    Waiters.unpark(readers);
    Waiters.unpark(writers);
  }

  private synchronized void forget(Thread receiver) {
    receivers.remove(receiver);
  }

  private synchronized boolean isWaiting() {
    return senders.contains(Thread.currentThread()) && !isClosed();
  }

  private int receiveNow(byte[] into, IntConsumer descriptors, boolean inKernel)
      throws IOException, InterruptedException {
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      enter();
      int count;
      try {
        count =
            inKernel
                ? SocketMessages.receiveWaiting(fd, into, descriptors)
                : SocketMessages.receive(fd, into, descriptors);
      } finally {
        use.leave();
      }
      if (count > 0) {
        return count;
      }
      if (use.isClosed()) {
        throw new ClosedChannelException();
      }
      if (count == 0) {
        return END;
      }
      if (Errno.ECONNRESET.is(count)) {
        unreadByPeer = true;
        return END;
      }
      if (Errno.EAGAIN.is(count)) {
        return WOULD_BLOCK;
      }
      if (!Errno.EINTR.is(count)) {
        throw new IOException("recvmsg: " + Errno.describe(-count));
      }
    }
  }

  private void enter() throws ClosedChannelException {
    if (!use.enter()) {
      throw new ClosedChannelException();
    }
  }

  private void checkOpen() throws ClosedChannelException {
    if (isClosed()) {
      throw new ClosedChannelException();
    }
  }

  /** What is waited for. */
  private int wanted() {
    return (receivers.isEmpty() ? 0 : Epoll.IN) | (senders.isEmpty() ? 0 : Epoll.OUT);
  }
}
