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
 * Our end of a pipe or socket that a child writes to.
 *
 * <p>Either one thread at a time pulls ({@link #read}), parked while there is nothing, or the
 * reactor pushes into a {@link ByteSink}. {@link #close} and {@link #abandon} may come from any
 * thread and wake a waiting reader.
 */
public final class ReadEnd extends ReadyWatch {
  /** Returned at end of file. */
  public static final int END = -1;

  /** Returned when nothing is there now. */
  public static final int WOULD_BLOCK = -2;

  /** Returned when the deadline of a read has passed. */
  public static final int TIMED_OUT = -3;

  private static final int READS_PER_EVENT = 8;

  private final PipeGrowth growth;
  private final Waiters waiters = new Waiters();
  private @Nullable ByteSink sink;
  private volatile long finishNanos;
  private int finishBytes;
  private boolean heldOpen;
  private boolean abandoned;

  /** Whether the end of file has been read; this end may still be open then. */
  private boolean atEnd;

  /** Takes over {@code fd}, which is made non-blocking. */
  public ReadEnd(Reactor reactor, int fd) {
    super(reactor, fd);
    this.growth = new PipeGrowth(fd);
    Descriptors.setNonBlocking(fd);
  }

  /**
   * Reads what is there, waiting for at least one byte.
   *
   * @param deadlineNanos a {@link System#nanoTime} to give up at; 0: never
   * @return a count, {@link #END} or {@link #TIMED_OUT}; also {@link #END} when the time of {@link
   *     #finish} is up, and after {@link #abandon}
   * @throws ClosedChannelException if this end is closed or {@linkplain #pushTo pushed elsewhere},
   *     before or meanwhile
   * @throws IOException if it cannot be read, or the kernel has no room to watch it
   */
  public int read(byte[] buffer, int offset, int length, long deadlineNanos)
      throws IOException, InterruptedException {
    while (true) {
      int count = poll(buffer, offset, length, Thread.currentThread());
      if (count != WOULD_BLOCK) {
        return count;
      }
      long until = soonest(deadlineNanos, finishNanos);
      if (until == 0) {
        LockSupport.park(this);
      } else {
        long left = until - System.nanoTime();
        if (left <= 0 && until == deadlineNanos) {
          return TIMED_OUT;
        }
        LockSupport.parkNanos(this, left);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  /**
   * Reads what is there without waiting.
   *
   * @param wake whom to unpark when there may be something, if there is nothing now; null: nobody
   * @return a count, {@link #END} or {@link #WOULD_BLOCK}
   */
  public synchronized int poll(byte[] buffer, int offset, int length, @Nullable Thread wake)
      throws IOException {
    if (length == 0) {
      return 0;
    }
    if (abandoned) {
      return END;
    }
    if (isClosed() || sink != null) { // if somebody else reads, there is nothing for this one
      throw new ClosedChannelException();
    }
    if (atEnd) {
      return END;
    }
    if (finishNanos != 0 && System.nanoTime() - finishNanos >= 0 && finishBytes <= 0) {
      giveUp();
      return END;
    }
    int count = readNow(buffer, offset, length);
    if (finishNanos != 0 && count > 0) {
      finishBytes -= count;
    }
    if (count == WOULD_BLOCK && finishNanos != 0 && System.nanoTime() - finishNanos >= 0) {
      giveUp();
      return END;
    }
    if (count == WOULD_BLOCK && wake != null) {
      waiters.set(wake);
      askToWait(Epoll.IN);
    }
    return count;
  }

  /** Whether that thread is still to be unparked: nothing has happened since its {@link #poll}. */
  public synchronized boolean awaits(Thread thread) {
    return waiters.contains(thread);
  }

  /**
   * Lets the reactor read everything into {@code target} from now on, then closes this end. A
   * waiting reader is woken.
   */
  public synchronized void pushTo(ByteSink target) {
    if (isClosed() || atEnd) {
      target.end();
      return;
    }
    sink = target;
    Waiters.unpark(waiters.take()); // nobody would tell them any more
    watch(Epoll.IN);
    if (finishNanos != 0 && target != ByteSink.DISCARD) {
      giveUpInTime();
    }
  }

  /**
   * Reads what is there into {@code target}, and goes on as {@link #pushTo} if that is not the end.
   * On any thread, but nothing else may be reading.
   */
  public void drainTo(ByteSink target) {
    synchronized (this) {
      sink = target;
    }
    push(target);
    synchronized (this) {
      if (!isClosed()) {
        pushTo(target);
      }
    }
  }

  /**
   * Bounds what is still to come, because the child has ended: what it wrote is in the pipe
   * already, and whatever comes later is a stranger's. From {@code deadlineNanos} on, an empty pipe
   * counts as its end, and so does one that keeps filling after all that it could hold has been
   * read.
   */
  public void finish(long deadlineNanos) {
    synchronized (this) {
      if (isClosed() || atEnd) {
        return;
      }
      finishNanos = deadlineNanos;
      finishBytes = PipeGrowth.LARGE_BYTES;
      Waiters.unpark(waiters.take());
      if (sink == null || sink == ByteSink.DISCARD) {
        return;
      }
    }
    giveUpInTime();
  }

  private void giveUpInTime() {
    Timer unused = reactor.after(finishNanos - System.nanoTime(), this::giveUp);
  }

  /** Whether somebody else still held the other end when reading was given up. */
  public synchronized boolean heldOpen() {
    return heldOpen;
  }

  /** How long until {@link #finish} takes effect; {@link Long#MAX_VALUE} if it was not called. */
  public long nanosToFinish() {
    long at = finishNanos;
    return at == 0 ? Long.MAX_VALUE : at - System.nanoTime();
  }

  /** Closes this end if its end of file has been read. */
  public synchronized void closeIfEnded() {
    if (atEnd) {
      close();
    }
  }

  private void giveUp() {
    drain();
    synchronized (this) {
      if (isClosed() || atEnd) {
        return;
      }
      heldOpen = true;
    }
    abandon();
  }

  private static long soonest(long a, long b) {
    if (a == 0 || b == 0) {
      return a + b;
    }
    return a - b < 0 ? a : b;
  }

  /**
   * Gives up reading without closing: what still comes is read and thrown away, so that a stranger
   * who holds the other end is not killed by SIGPIPE. The descriptor is closed at end of file.
   */
  public void abandon() {
    ByteSink before;
    synchronized (this) {
      if (isClosed()) {
        return;
      }
      if (atEnd) {
        close();
        return;
      }
      before = sink;
      abandoned = true;
      pushTo(ByteSink.DISCARD);
    }
    if (before != null) {
      before.end();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (endWatch()) {
        Descriptors.close(fd);
        growth.release();
        Waiters.unpark(waiters.take());
      }
    }
  }

  @Override
  protected void ready(int events) {
    ByteSink target;
    List<Thread> woken;
    synchronized (this) {
      told();
      target = sink;
      woken = target == null ? waiters.take() : List.of();
    }
    if (target != null) {
      push(target);
    } else {
      Waiters.unpark(woken);
    }
  }

  @Override
  protected void broken(Throwable reason) {
    ByteSink target;
    synchronized (this) {
      target = sink;
      sink = null;
      close();
    }
    if (target != null) {
      target.fail(reason);
    }
  }

  private void push(ByteSink target) {
    byte[] scratch = reactor.scratch();
    for (int i = 0; i < READS_PER_EVENT; i++) {
      if (pushOnce(target, scratch) < scratch.length) {
        return;
      }
    }
  }

  /**
   * Pushes what the pipe can have held when the child ended; on the reactor, if there is a sink.
   */
  private void drain() {
    ByteSink target;
    synchronized (this) {
      target = sink;
    }
    if (target == null) {
      return;
    }
    byte[] scratch = reactor.scratch();
    int left = PipeGrowth.LARGE_BYTES;
    while (left > 0) {
      int count = pushOnce(target, scratch);
      left = count > 0 ? left - count : 0;
    }
  }

  /** Reads once for the sink; a count, or 0 or less if there is nothing more now. */
  private int pushOnce(ByteSink target, byte[] scratch) {
    int count;
    synchronized (this) {
      if (isClosed() || sink != target) {
        return 0;
      }
      try {
        count = readNow(scratch, 0, scratch.length);
      } catch (IOException e) {
        count = END;
      }
      if (count == END) {
        close();
      }
    }
    if (count == END) {
      target.end();
    } else if (count != WOULD_BLOCK) {
      target.bytes(scratch, count);
    }
    return count;
  }

  private int readNow(byte[] buffer, int offset, int length) throws IOException {
    while (true) {
      int count = Descriptors.read(fd, buffer, offset, length);
      if (count > 0) {
        growth.read(count, length);
        return count;
      }
      // EIO is what a terminal's master end says after the last slave end is closed (tty_ioctl).
      if (count == 0 || Errno.EIO.is(count)) {
        atEnd = true;
        return END;
      }
      if (Errno.EAGAIN.is(count)) {
        return WOULD_BLOCK;
      }
      if (!Errno.EINTR.is(count)) {
        throw new IOException("read: " + Errno.describe(-count));
      }
    }
  }
}
