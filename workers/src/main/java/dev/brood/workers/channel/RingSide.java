package dev.brood.workers.channel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** One side of a ring in this process: one thread at a time, waiting, and the end. */
abstract class RingSide {
  /** As good as for ever, and far from overflow. */
  static final long UNBOUNDED_NANOS = Long.MAX_VALUE / 4;

  final RingMemory memory;
  final RingPeer peer;
  private final long ownClosed;
  private final long peerClosed;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean closed;
  private boolean unmapped;

  RingSide(RingMemory memory, RingPeer peer, boolean writes) {
    this.memory = memory;
    this.peer = peer;
    ownClosed = writes ? RingMemory.WRITER_CLOSED : RingMemory.READER_CLOSED;
    peerClosed = writes ? RingMemory.READER_CLOSED : RingMemory.WRITER_CLOSED;
  }

  /** Whether what this side waits for is there. */
  abstract boolean isReady();

  /** Begins a use of the memory, which {@link #leave} must end. */
  final void enter() throws InterruptedException {
    while (!enter(UNBOUNDED_NANOS)) {
      // waits on
    }
  }

  /** As {@link #enter()}; false, and nothing to leave, if another thread is at it for so long. */
  final boolean enter(long nanos) throws InterruptedException {
    if (!lock.tryLock(nanos, TimeUnit.NANOSECONDS)) {
      return false;
    }
    if (closed) {
      leave();
      throw new ChannelClosedException("this side of the ring is closed");
    }
    return true;
  }

  final void leave() {
    lock.unlock();
    if (closed) {
      unmap();
    }
  }

  /**
   * Waits until this side is ready.
   *
   * @return false if the time is up
   * @throws ChannelClosedException if either side closes, or the other one is gone
   */
  final boolean await(long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    while (!isReady()) {
      peer.prepare();
      boolean over = isOver();
      if (isReady()) {
        peer.stay();
        return true;
      }
      long left = deadline - System.nanoTime();
      if (over || left <= 0) {
        peer.stay();
        if (over) {
          throw ended();
        }
        return false;
      }
      peer.await(left);
    }
    return true;
  }

  /**
   * Throws if this side is closed, or the reactor has seen the end of the other. It reads nothing
   * that the other side writes: that would cost the time of a cache miss for each record.
   */
  final void requireOpen() {
    if (closed || peer.isGone()) {
      throw ended();
    }
  }

  private ChannelClosedException ended() {
    if (closed) {
      return new ChannelClosedException("this side of the ring is closed");
    }
    if (memory.flag(peerClosed) != 0) {
      return new ChannelClosedException("the ring has ended: the other side has closed it");
    }
    return new RingBrokenException("the ring is broken: the other side ended without closing it");
  }

  /** Closes this side; whoever uses it finishes, and the last one out unmaps the memory. */
  final void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      memory.setFlag(ownClosed, 1);
      closed = true;
      peer.wake();
      peer.wakeOwn();
      peer.close();
    }
    unmap();
  }

  private boolean isOver() {
    return closed || memory.flag(peerClosed) != 0 || peer.isGone();
  }

  private void unmap() {
    if (!lock.tryLock()) {
      return; // whoever has it comes here when it leaves
    }
    try {
      // Only after the close is through, which still uses the memory.
      synchronized (this) {
        if (!unmapped && lock.getHoldCount() == 1) {
          unmapped = true;
          memory.close();
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
