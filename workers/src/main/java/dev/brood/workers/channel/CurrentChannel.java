package dev.brood.workers.channel;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The channel that a {@link UnixClient} has now, and what waits for the next one: as whole frames,
 * so that it is known to be sendable and nobody changes it. Thread-safe.
 */
final class CurrentChannel {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Path path;
  private final UnixClientOptions options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private long waitingBytes;

  /** What there is a connection by, and may not be used by others before the first are sent. */
  private @Nullable Channel adopted;

  private @Nullable Channel current;
  private @Nullable String over;

  CurrentChannel(Path path, UnixClientOptions options) {
    this.path = path;
    this.options = options;
  }

  Optional<Channel> get() {
    lock.lock();
    try {
      return Optional.ofNullable(current);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for one.
   *
   * @return false if there is none within the limit
   * @throws ChannelClosedException if there will be none any more
   */
  boolean await(Duration limit) throws InterruptedException {
    long left = SharedRing.nanos(limit);
    lock.lockInterruptibly();
    try {
      while (current == null) {
        requireLiving();
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The channel for a message; null if there is none and the message waits for the next one.
   *
   * @throws ChannelClosedException if there is none and messages do not wait
   * @throws ChannelFullException if too many wait already
   * @throws EncodingException if the value cannot be written
   * @throws MessageTooLargeException if it is longer than the limit
   */
  @Nullable Channel forMessage(@Nullable Object value) {
    lock.lock();
    try {
      if (current == null) {
        keep(value);
      }
      return current;
    } finally {
      lock.unlock();
    }
  }

  int waitingMessages() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  ChannelClosedException away() {
    lock.lock();
    try {
      return new ChannelClosedException(over == null ? "not connected to " + path : over);
    } finally {
      lock.unlock();
    }
  }

  boolean isLiving() {
    lock.lock();
    try {
      return over == null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * There is a new connection: sends what waits, then makes the channel known.
   *
   * @return false if it is lost meanwhile, or there was to be none any more
   */
  boolean begin(Channel channel) throws InterruptedException {
    if (!adopt(channel)) {
      channel.close();
      return false;
    }
    for (byte[] next = nextFor(channel); next != null; next = nextFor(channel)) {
      if (!deliver(channel, next)) {
        lost(channel);
        return false;
      }
      delivered(next);
    }
    return true;
  }

  void lost(Channel channel) {
    lock.lock();
    try {
      if (current == channel) {
        current = null;
      }
      if (adopted == channel) {
        adopted = null;
      }
    } finally {
      lock.unlock();
    }
    channel.close();
  }

  /** There will be none any more; what waits is dropped. */
  void end(String reason) {
    Channel channel;
    lock.lock();
    try {
      if (over != null) {
        return;
      }
      over = reason;
      waiting.clear();
      waitingBytes = 0;
      channel = adopted;
      current = null;
      adopted = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (channel != null) {
      channel.close();
    }
  }

  /** Waits that long, or until {@link #end}. */
  void pause(Duration pause) throws InterruptedException {
    long left = pause.toNanos();
    lock.lockInterruptibly();
    try {
      while (over == null && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean adopt(Channel channel) {
    lock.lock();
    try {
      if (over == null) {
        adopted = channel;
      }
      return over == null;
    } finally {
      lock.unlock();
    }
  }

  /** What waits longest; null if nothing does, and the channel is for all from now on. */
  private byte @Nullable [] nextFor(Channel channel) {
    lock.lock();
    try {
      byte[] next = waiting.peek();
      if (next == null && over == null) {
        current = channel;
        changed.signalAll();
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  private static boolean deliver(Channel channel, byte[] frame) throws InterruptedException {
    while (channel.isConnected()) {
      try {
        boolean unused = channel.sendFrame(frame, null);
        return true;
      } catch (ChannelFullException e) {
        boolean unused = channel.flush(LOOK); // it refuses to wait
      } catch (ChannelClosedException e) {
        return false;
      }
    }
    return false;
  }

  private void delivered(byte[] frame) {
    lock.lock();
    try {
      if (waiting.peek() == frame) { // else all were dropped meanwhile
        byte[] unused = waiting.poll();
        waitingBytes -= frame.length;
      }
    } finally {
      lock.unlock();
    }
  }

  private void keep(@Nullable Object value) {
    switch (options.whenAway()) {
      case FAIL -> throw away();
      case QUEUE -> {
        requireLiving();
        byte[] frame = options.channel().codec().encode(value);
        long limit = options.channel().messageLimitBytes();
        if (frame.length > limit) {
          throw new MessageTooLargeException(
              "%s: a message of %,d bytes; the limit is %,d".formatted(path, frame.length, limit));
        }
        if (waiting.size() >= options.queueLimit()
            || waitingBytes + frame.length > options.channel().queueLimitBytes()
                && !waiting.isEmpty()) {
          throw new ChannelFullException(
              "%,d messages wait for a connection to %s already".formatted(waiting.size(), path));
        }
        waiting.add(frame);
        waitingBytes += frame.length;
      }
    }
  }

  private void requireLiving() {
    if (over != null) {
      throw new ChannelClosedException(path + ": " + over);
    }
  }
}
