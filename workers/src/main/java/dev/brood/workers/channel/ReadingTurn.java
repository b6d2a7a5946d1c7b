package dev.brood.workers.channel;

import dev.brood.process.internal.io.Reactor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to read a channel: one thread at a time. Thread-safe.
 *
 * <p>A thread that waits for a message reads itself, so that no other thread has to be woken for
 * it. While nobody waits, a thread of the channel's own reads. It begins only when no receiver has
 * come back for {@value #KEPT_MILLIS} ms, or at once if something else is expected: receivers
 * mostly come back, and two threads that wait for the same socket would both be woken.
 */
final class ReadingTurn {
  private static final int KEPT_MILLIS = 1;
  private static final long KEPT_NANOS = KEPT_MILLIS * 1_000_000L;

  private final AtomicBoolean taken = new AtomicBoolean();
  private final AtomicBoolean ticking = new AtomicBoolean();
  private volatile @Nullable Thread reader;
  private volatile boolean kept;
  private volatile boolean receiversMayRead = true;
  private volatile int turns;
  private int turnsSeen;

  /** Names the thread that reads while nobody else does. */
  void readBy(Thread thread) {
    reader = thread;
  }

  /**
   * From now on only that thread reads: there are handlers, which must neither wait for a receiver
   * nor run on one.
   */
  void endOfReceivers() {
    receiversMayRead = false;
    keepNoLonger();
  }

  boolean tryTake() {
    return !taken.get() && taken.compareAndSet(false, true);
  }

  /** For a receiver, who is to {@link #giveBackForAWhile}. */
  boolean tryTakeToReceive() {
    return receiversMayRead && tryTake();
  }

  /** Whether receivers may have it at all. */
  boolean isForReceivers() {
    return receiversMayRead;
  }

  /** Whether a receiver cannot have it now. */
  boolean isBarred() {
    return taken.get() || !receiversMayRead;
  }

  /** The thread of the channel's own waits here while receivers read. */
  void awaitFree() {
    while (taken.get() || kept) {
      LockSupport.park(this);
    }
  }

  /** For a thread that reads from now on until the end: waits for whoever is reading now. */
  void takeForGood() {
    endOfReceivers();
    while (!tryTake()) {
      LockSupport.parkNanos(this, KEPT_NANOS);
    }
  }

  /** That thread is through; the other one learns of the end, too. */
  void endOfReading() {
    giveBack();
    LockSupport.unpark(reader);
  }

  /** That thread gives its turn back, and goes on: a tick that found it reading left it to that. */
  void giveBack() {
    kept = false;
    taken.set(false);
  }

  /** A receiver gives its turn back. */
  @SuppressWarnings("NonAtomicOperationOnVolatileField") // only who has the turn writes it
  void giveBackForAWhile() {
    turns++;
    kept = receiversMayRead;
    taken.set(false);
    if (!kept) { // somebody wants it to be read, and could not wake the reader before
      LockSupport.unpark(reader);
    } else if (ticking.compareAndSet(false, true)) {
      tickLater();
    }
  }

  /** Something is expected that no receiver waits for. */
  void readAtOnce() {
    if (kept) {
      keepNoLonger();
    }
  }

  private void keepNoLonger() {
    kept = false;
    LockSupport.unpark(reader);
  }

  private void tickLater() {
    Reactor.shared().after(KEPT_NANOS, this::tick);
  }

  /** On the reactor's thread: has any receiver come back since the last time? */
  private void tick() {
    int turnsNow = turns;
    boolean quiet = turnsNow == turnsSeen;
    turnsSeen = turnsNow;
    ticking.set(false);
    if (taken.get()) {
      return; // it makes the next tick when it gives its turn back
    }
    if (quiet) {
      keepNoLonger();
    } else if (ticking.compareAndSet(false, true)) {
      tickLater();
    }
  }
}
