package dev.brood.workers.channel;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.io.Watch;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.Futex;
import dev.brood.process.internal.linux.SocketMessages;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The other side of a ring: waits for it, wakes it, and learns of its end.
 *
 * <p>The socket between the two sides carries a byte for each wake-up of a side that waits there,
 * and its end is the end of the other process. A platform thread waits on a futex instead, which
 * spares both processes the way through the reactor.
 */
final class RingPeer extends Watch {
  private static final int NOT = 0;
  private static final int ON_FUTEX = 1;
  private static final int ON_SOCKET = 2;

  /** How long a platform thread waits before it looks whether it was interrupted. */
  private static final long SLICE_NANOS = 100_000_000;

  private static final byte[] WAKE = {1};

  private final int socket;
  private final RingMemory memory;
  private final long ownWaits;
  private final long peerWaits;
  private final Futex ownFutex;
  private final Futex peerFutex;
  private final byte[] wakes = new byte[256];
  private volatile @Nullable Thread waiter;
  private volatile boolean gone;
  private boolean closed;

  /** Takes over {@code socket}, non-blocking. */
  RingPeer(int socket, RingMemory memory, boolean writes) {
    super(socket);
    this.socket = socket;
    this.memory = memory;
    ownWaits = writes ? RingMemory.WRITER_WAITS : RingMemory.READER_WAITS;
    peerWaits = writes ? RingMemory.READER_WAITS : RingMemory.WRITER_WAITS;
    ownFutex = memory.futex(ownWaits);
    peerFutex = memory.futex(peerWaits);
  }

  void start() {
    Reactor.shared().add(this, Epoll.IN);
  }

  /** Whether the other process is gone or has closed. */
  boolean isGone() {
    return gone;
  }

  /** Wakes the other side if it waits; to be called after a position has been moved. */
  void wake() {
    if (memory.flag(peerWaits) == NOT) {
      return;
    }
    switch (memory.clearFlag(peerWaits)) {
      case ON_FUTEX -> peerFutex.wake(1);
      case ON_SOCKET -> writeWake();
      default -> {}
    }
  }

  /**
   * Says that this side is about to wait: whatever the other side does after this call wakes it.
   * Look once more, then {@link #await} or {@link #stay}.
   */
  void prepare() {
    Thread self = Thread.currentThread();
    waiter = self;
    memory.setFlag(ownWaits, self.isVirtual() ? ON_SOCKET : ON_FUTEX);
  }

  /** Takes {@link #prepare} back. */
  void stay() {
    waiter = null;
    memory.setFlag(ownWaits, NOT);
  }

  /** Waits for the other side, or for no reason; not longer than {@code nanos}. */
  void await(long nanos) throws InterruptedException {
    if (Thread.currentThread().isVirtual()) {
      LockSupport.parkNanos(this, nanos);
    } else {
      ownFutex.await(ON_FUTEX, Math.min(nanos, SLICE_NANOS));
    }
    stay();
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /** Wakes the thread of this process that waits; the memory must still be mapped. */
  void wakeOwn() {
    memory.setFlag(ownWaits, NOT);
    ownFutex.wake(1);
    LockSupport.unpark(waiter);
  }

  /** Ends the watch and closes the socket, so that the other side learns of it. */
  synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    Reactor.shared().remove(this);
    Descriptors.shutdownWrite(socket);
    Descriptors.close(socket);
  }

  @Override
  protected synchronized void ready(int events) {
    if (closed || gone) {
      return;
    }
    int count = Descriptors.read(socket, wakes, 0, wakes.length);
    if (count > 0 || Errno.EINTR.is(count)) {
      LockSupport.unpark(waiter);
    } else if (!Errno.EAGAIN.is(count)) {
      gone = true;
      Reactor.shared().remove(this);
      wakeOwn();
    }
  }

  @Override
  protected synchronized void broken(Throwable reason) {
    if (closed || gone) {
      return;
    }
    gone = true;
    Reactor.shared().remove(this);
    wakeOwn();
  }

  private synchronized void writeWake() {
    if (!closed) {
      // A socket that is full of wake-ups, or whose peer is gone, needs no other one.
      SocketMessages.send(socket, WAKE, 0, WAKE.length);
    }
  }
}
