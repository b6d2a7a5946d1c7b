package dev.brood.workers.channel;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.internal.io.BackgroundLog;
import dev.brood.process.internal.io.BrokenPipeException;
import dev.brood.process.internal.io.MessageSocket;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a channel: one frame after the other, never two mixed. Thread-safe.
 *
 * <p>One thread writes at a time, and what others add meanwhile goes with its next call. Whoever
 * sends first writes what the kernel takes; a virtual thread writes the rest, and it writes all
 * while messages come faster than a call takes: then many go with each.
 */
final class Outbox {
  /** Beyond this much a sender is told that its messages queue; Node's figure. */
  static final long HIGH_WATER_BYTES = 131_072;

  private static final int MOST_TRANSMISSIONS = 4;

  /** Longer than anybody waits. */
  static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  private final MessageSocket socket;
  private final ChannelOptions options;
  private final String name;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final SendQueue queue = new SendQueue();
  private final Burst burst = new Burst();

  /** Whether a thread writes, waits to write on, or has been started to. */
  private boolean writing;

  private boolean disconnecting;
  private @Nullable String over;

  /** Whether something was still to be sent, or to be acknowledged, when it was over. */
  private boolean lost;

  Outbox(MessageSocket socket, ChannelOptions options, String name) {
    this.socket = socket;
    this.options = options;
    this.name = name;
  }

  /**
   * Sends, or queues.
   *
   * @return whether at most {@link #HIGH_WATER_BYTES} are queued now
   */
  boolean send(Outgoing message) {
    return send(message, FOREVER);
  }

  /**
   * As {@link #send(Outgoing)}, but does not wait for room longer than that.
   *
   * @throws ChannelFullException if there is no room by then
   */
  boolean send(Outgoing message, Duration limit) {
    lock.lock();
    try {
      awaitRoom(message.length, limit);
      return enqueue(message);
    } finally {
      lock.unlock();
    }
  }

  /** Sends, or queues without regard to the limit: for few and short messages. */
  void sendNow(Outgoing message) {
    lock.lock();
    try {
      checkOpen();
      boolean unused = enqueue(message);
    } finally {
      lock.unlock();
    }
  }

  private boolean enqueue(Outgoing message) {
    queue.add(message);
    boolean inBurst = burst.sent();
    if (!writing) {
      writing = true;
      // Who refuses when its queue is full does not want it to fill for other reasons.
      if (inBurst && options.whenFull() == WhenFull.BLOCK) {
        startWriter(false);
      } else {
        writeHere();
      }
    }
    message.keepBytes();
    if (message.failure != null) {
      throw message.failure;
    }
    if (over != null && message.left() > 0) {
      throw new ChannelClosedException(name + ": cannot send: " + over);
    }
    message.accepted = true;
    if (over == null) { // else it was dropped just now
      message.keepDescriptor();
    }
    return queue.queuedBytes() <= HIGH_WATER_BYTES;
  }

  /** Sends an answer of the protocol: never held back, but never inside another frame either. */
  void answer(byte[] frame) {
    lock.lock();
    try {
      if (over != null) {
        return;
      }
      if (queue.addAnswer(Outgoing.answer(frame))) {
        pump();
      } else {
        endNow("the peer sends descriptors and reads no acknowledgement");
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The peer has taken a descriptor, or has found none.
   *
   * @return false if none was under way
   */
  boolean acknowledged(boolean found) {
    lock.lock();
    try {
      Outgoing message = queue.takeUnacknowledged();
      if (message == null) {
        return false;
      }
      if (!found
          && message.givesAway()
          && message.transmissions < MOST_TRANSMISSIONS
          && !message.descriptorIsGone()) {
        queue.sendAgain(message);
      } else {
        message.release();
        if (!found) {
          warn("the peer did not get a descriptor; its message is lost");
        }
      }
      pump();
      return true;
    } finally {
      lock.unlock();
    }
  }

  long queuedBytes() {
    lock.lock();
    try {
      return queue.queuedBytes();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the kernel was given something of this, and of nothing else since. */
  boolean isLastSent(Outgoing message) {
    lock.lock();
    try {
      return queue.isLastSent(message);
    } finally {
      lock.unlock();
    }
  }

  /** Whether something can still be sent. */
  boolean isOpen() {
    lock.lock();
    try {
      return over == null && !disconnecting;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all is sent and acknowledged; false if time is up before, or the channel ended. */
  boolean flush(Duration limit) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = NANOSECONDS.convert(limit);
      while (!queue.isIdle() && over == null) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return !lost;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more messages, and tells the peer of the end when all is sent and acknowledged. */
  void disconnect() {
    lock.lock();
    try {
      disconnecting = true;
      changed.signalAll(); // for those who wait for room: there is none for them any more
      endIfDone();
    } finally {
      lock.unlock();
    }
  }

  /**
   * There is nobody to send to any more; what is queued is dropped, in order, before this returns.
   */
  void end(String reason) {
    lock.lock();
    try {
      endNow(reason);
      awaitDropped();
    } finally {
      lock.unlock();
    }
  }

  private void endNow(String reason) {
    if (over == null) {
      over = reason;
      lost = !queue.isIdle();
    }
    if (!queue.isUnderWay()) { // else whoever writes does so
      queue.clear(Outbox::drop);
    }
    changed.signalAll();
  }

  /** Waits for a call of another thread's that is under way: it does not block, so not for long. */
  private void awaitDropped() {
    while (queue.isUnderWay()) {
      changed.awaitUninterruptibly();
    }
  }

  private void awaitRoom(int bytes, Duration limit) {
    checkOpen();
    long left = NANOSECONDS.convert(limit);
    while (queue.queuedBytes() > 0 && queue.queuedBytes() + bytes > options.queueLimitBytes()) {
      if (options.whenFull() == WhenFull.REFUSE || left <= 0) {
        throw new ChannelFullException(
            "%s: %,d bytes are queued and %,d more do not fit in %,d"
                .formatted(name, queue.queuedBytes(), bytes, options.queueLimitBytes()));
      }
      try {
        left = changed.awaitNanos(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ChannelFullException(name + ": interrupted while waiting for room");
      }
      checkOpen();
    }
  }

  private void checkOpen() {
    if (over != null || disconnecting) {
      if (over != null) {
        awaitDropped(); // whoever is told of the end knows what was dropped before
      }
      throw new ChannelClosedException(
          name + ": cannot send: " + (over == null ? "disconnected by this side" : over));
    }
  }

  /** Writes what can be written now, if nobody writes already. */
  private void pump() {
    if (!writing) {
      writing = true;
      writeHere();
    }
  }

  /** Writes on this thread; what the kernel does not take now is left to another. */
  private void writeHere() {
    writing = writeAll();
    if (writing) {
      startWriter(true);
    }
  }

  private void startWriter(boolean kernelIsFull) {
    Thread.ofVirtual().name(name + "-writer").start(() -> writeRest(kernelIsFull));
  }

  private void writeRest(boolean kernelIsFull) {
    boolean full = kernelIsFull;
    try {
      do {
        if (full) {
          socket.awaitSendable();
        }
        lock.lock();
        try {
          full = writeAll();
          writing = full;
        } finally {
          lock.unlock();
        }
      } while (full);
    } catch (ClosedChannelException | InterruptedException e) {
      end("closed"); // nothing is under way: this is the thread that writes
    } catch (IOException e) {
      end(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Writes what is queued, by the one thread that does.
   *
   * @return whether something is left that the kernel does not take now
   */
  private boolean writeAll() {
    while (over == null) {
      Outgoing message = queue.nextWithHandle();
      boolean taken;
      if (message != null) {
        taken = write(message);
      } else if (queue.commit()) {
        taken = writeCommitted();
      } else {
        break;
      }
      if (!taken) {
        return over == null;
      }
    }
    endIfDone();
    return false;
  }

  /** Writes without the lock, so that others can add to the queue. */
  private boolean writeCommitted() {
    SendQueue.Piece piece = queue.fill();
    int count = 0;
    String problem = null;
    lock.unlock();
    try {
      count = socket.trySend(piece.bytes(), piece.offset(), piece.length(), -1);
    } catch (BrokenPipeException e) {
      problem = "the peer is gone";
    } catch (ClosedChannelException e) {
      problem = "closed";
    } catch (IOException e) {
      problem = String.valueOf(e.getMessage());
    } finally {
      lock.lock();
      queue.sent(Math.max(count, 0), this::written);
    }
    String end = over == null ? problem : over;
    if (end != null) {
      endNow(end);
    }
    return over == null && count != MessageSocket.WOULD_BLOCK;
  }

  /** Writes a message with its descriptor, with the lock: nobody closes that meanwhile. */
  private boolean write(Outgoing message) {
    if (message.descriptorIsGone()) {
      return failed(message, "closed before it was sent");
    }
    try {
      int count = socket.trySend(message.frame, 0, message.length, message.descriptor());
      if (count == MessageSocket.WOULD_BLOCK) {
        return false;
      }
      message.sent = count;
      message.transmissions++;
      queue.sentWithHandle(message);
      if (message.left() == 0) {
        written(message);
      }
      return true;
    } catch (BrokenPipeException e) {
      endNow("the peer is gone");
    } catch (ClosedChannelException e) {
      endNow("closed");
    } catch (IOException e) {
      return failed(message, "cannot send a descriptor: " + e.getMessage());
    }
    return false;
  }

  private boolean failed(Outgoing message, String why) {
    queue.removeFirst();
    changed.signalAll();
    message.failure = new HandleException(name + ": " + why);
    if (message.accepted) {
      message.drop();
      warn(why);
    }
    return true;
  }

  private void written(Outgoing message) {
    queue.remove(message);
    changed.signalAll();
  }

  /** It will not be sent; a sender that is still there learns it and keeps its descriptor. */
  private static void drop(Outgoing message) {
    if (message.accepted) {
      message.drop();
    }
  }

  private void endIfDone() {
    if (!queue.isIdle()) {
      return;
    }
    changed.signalAll();
    if (disconnecting && over == null) {
      over = "disconnected by this side";
      socket.shutdownWrite();
    }
  }

  private void warn(String what) {
    BackgroundLog.log("dev.brood.workers", Level.WARNING, name + ": " + what);
  }
}
