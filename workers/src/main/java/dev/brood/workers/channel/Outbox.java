package dev.brood.workers.channel;

import dev.brood.process.internal.io.BrokenPipeException;
import dev.brood.process.internal.io.MessageSocket;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a channel: one frame after the other, never two mixed.
 *
 * <p>Whoever sends writes at once what the kernel takes; a virtual thread writes the rest. While a
 * descriptor waits for its acknowledgement everything but answers is held back, as Node does: the
 * answer carries no number, so only one may be on its way. Thread-safe.
 */
final class Outbox {
  /** Beyond this much a sender is told that its messages queue; Node's figure. */
  static final long HIGH_WATER_BYTES = 131_072;

  private static final int MOST_TRANSMISSIONS = 4;
  private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  private final MessageSocket socket;
  private final ChannelOptions options;
  private final String name;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Outgoing> queue = new ArrayDeque<>();
  private final Deque<Outgoing> answers = new ArrayDeque<>();
  private @Nullable Outgoing partial;
  private @Nullable Outgoing unacknowledged;
  private long queuedBytes;
  private boolean writing;
  private boolean disconnecting;
  private @Nullable String over;

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
      awaitRoom(message.frame.length, limit);
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
    queuedBytes += message.frame.length;
    pump();
    if (message.failure != null) {
      throw message.failure;
    }
    message.accepted = true;
    if (over == null) { // else it was dropped just now
      message.keepDescriptor();
    }
    return queuedBytes <= HIGH_WATER_BYTES;
  }

  /** Sends an answer of the protocol: never held back, but never inside another frame either. */
  void answer(byte[] frame) {
    lock.lock();
    try {
      if (over == null) {
        answers.add(Outgoing.answer(frame));
        pump();
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
      Outgoing message = unacknowledged;
      if (message == null) {
        return false;
      }
      unacknowledged = null;
      if (!found
          && message.givesAway()
          && message.transmissions < MOST_TRANSMISSIONS
          && !message.descriptorIsGone()) {
        message.sent = 0;
        queue.addFirst(message);
        queuedBytes += message.frame.length;
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
      return queuedBytes;
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
      long left = limit.toNanos();
      while (!isIdle() && over == null) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return over == null || disconnecting;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more messages, and tells the peer of the end when all is sent and acknowledged. */
  void disconnect() {
    lock.lock();
    try {
      disconnecting = true;
      endIfDone();
    } finally {
      lock.unlock();
    }
  }

  /** There is nobody to send to any more; what is queued is dropped. */
  void end(String reason) {
    lock.lock();
    try {
      if (over != null) {
        return;
      }
      over = reason;
      if (unacknowledged != null) {
        unacknowledged.release();
        unacknowledged = null;
      }
      if (partial != null && partial.accepted) {
        partial.drop();
      }
      queue.forEach(Outgoing::drop);
      queue.clear();
      answers.clear();
      partial = null;
      queuedBytes = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitRoom(int bytes, Duration limit) {
    checkOpen();
    long left = limit.toNanos();
    while (queuedBytes > 0 && queuedBytes + bytes > options.queueLimitBytes()) {
      if (options.whenFull() == WhenFull.REFUSE || left <= 0) {
        throw new ChannelFullException(
            "%s: %,d bytes are queued and %,d more do not fit in %,d"
                .formatted(name, queuedBytes, bytes, options.queueLimitBytes()));
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
      throw new ChannelClosedException(
          name + ": cannot send: " + (over == null ? "disconnected by this side" : over));
    }
  }

  /** Writes what can be written now; a thread of its own goes on when the kernel is full. */
  private void pump() {
    if (!writing && writeNow()) {
      writing = true;
      Thread.ofVirtual().name(name + "-writer").start(this::writeRest);
    }
  }

  /** Whether something is left that the kernel does not take now. */
  private boolean writeNow() {
    Outgoing next = next();
    while (next != null) {
      int count = write(next);
      if (count == MessageSocket.WOULD_BLOCK) {
        partial = next.sent > 0 ? next : partial;
        if (partial == null) {
          putBack(next);
        }
        return true;
      }
      if (over != null) {
        return false;
      }
      if (next.failure == null && next.left() > 0) {
        partial = next;
      } else {
        partial = null;
        written(next);
      }
      next = next();
    }
    endIfDone();
    return false;
  }

  private @Nullable Outgoing next() {
    if (partial != null) {
      return partial;
    }
    Outgoing answer = answers.poll();
    if (answer != null || unacknowledged != null) {
      return answer;
    }
    return queue.poll();
  }

  private void putBack(Outgoing message) {
    if (message.answer) {
      answers.addFirst(message);
    } else {
      queue.addFirst(message);
    }
  }

  private int write(Outgoing message) {
    if (message.sent == 0 && message.descriptorIsGone()) {
      message.failure = new HandleException(name + ": closed before it was sent");
      return 0;
    }
    try {
      int count = socket.trySend(message.frame, message.sent, message.left(), message.descriptor());
      message.sent += Math.max(count, 0);
      return count;
    } catch (BrokenPipeException e) {
      end("the peer is gone");
    } catch (ClosedChannelException e) {
      end("closed");
    } catch (IOException e) {
      if (message.handle != null && message.sent == 0) {
        message.failure =
            new HandleException(name + ": cannot send a descriptor: " + e.getMessage());
      } else {
        end(String.valueOf(e.getMessage()));
      }
    }
    if (over != null) {
      message.failure = new ChannelClosedException(name + ": cannot send: " + over);
      if (message.accepted) {
        message.drop();
      }
    }
    return 0;
  }

  private void written(Outgoing message) {
    if (!message.answer) {
      queuedBytes -= message.frame.length;
      changed.signalAll();
    }
    if (message.failure == null && message.handle != null) {
      message.transmissions++;
      unacknowledged = message;
    } else if (message.failure != null && message.accepted) {
      message.drop();
      warn(String.valueOf(message.failure.getMessage()));
    }
  }

  private void writeRest() {
    try {
      while (true) {
        socket.awaitSendable();
        lock.lock();
        try {
          writing = writeNow();
          if (!writing) {
            return;
          }
        } finally {
          lock.unlock();
        }
      }
    } catch (IOException | InterruptedException e) {
      end("closed");
    }
  }

  private boolean isIdle() {
    return partial == null && queue.isEmpty() && answers.isEmpty() && unacknowledged == null;
  }

  private void endIfDone() {
    if (!isIdle()) {
      return;
    }
    changed.signalAll();
    if (disconnecting && over == null) {
      over = "disconnected by this side";
      socket.shutdownWrite();
    }
  }

  private void warn(String what) {
    System.getLogger("dev.brood.workers").log(Level.WARNING, name + ": " + what);
  }
}
