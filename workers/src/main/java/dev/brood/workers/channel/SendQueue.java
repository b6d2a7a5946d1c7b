package dev.brood.workers.channel;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent, and in which order it goes. Guarded by the outbox.
 *
 * <p>While a descriptor waits for its acknowledgement everything but answers is held back, as Node
 * does: the answer carries no number, so only one may be on its way. Frames without a descriptor go
 * several at a time.
 */
final class SendQueue {
  /** How many bytes of several frames go to the kernel in one call. */
  static final int BATCH_BYTES = 64 * 1024;

  /**
   * What each frame counts for besides its bytes where memory is bounded: about what it takes as an
   * object.
   */
  static final int FRAME_BYTES = 128;

  private static final int MOST_ANSWERS = 10_000;

  private final Deque<Outgoing> queue = new ArrayDeque<>();
  private final Deque<Outgoing> answers = new ArrayDeque<>();

  /** Goes next, in this order; the first may be sent in part. */
  private final Deque<Outgoing> committed = new ArrayDeque<>();

  private @Nullable Outgoing unacknowledged;
  private long queuedBytes;
  private long queuedFrames;
  private long turns;

  /** Used by whoever writes, without the lock. */
  private byte[] batch = {};

  /** Whether the kernel is just being given what is committed. */
  private boolean underWay;

  void add(Outgoing message) {
    queue.add(message);
    count(message);
  }

  /** False if there are too many already: the peer wants answers and takes none. */
  boolean addAnswer(Outgoing answer) {
    return answers.size() < MOST_ANSWERS && answers.add(answer);
  }

  private void count(Outgoing message) {
    queuedBytes += message.length;
    queuedFrames++;
  }

  /** How much waits, besides answers. */
  long queuedBytes() {
    return queuedBytes;
  }

  /**
   * Whether a frame fits within a limit; one that is too large alone fits if nothing else waits.
   */
  boolean hasRoom(int bytes, long limitBytes) {
    return queuedFrames == 0 || queuedBytes + bytes + queuedFrames * FRAME_BYTES <= limitBytes;
  }

  /** Whether nothing is to be sent, and nothing to be acknowledged. */
  boolean isIdle() {
    return !hasMore() && queue.isEmpty() && unacknowledged == null;
  }

  private boolean hasMore() {
    return !committed.isEmpty() || !answers.isEmpty();
  }

  /** The next frame, if a descriptor has to ride on it; it stays here until it is sent. */
  @Nullable Outgoing nextWithHandle() {
    if (hasMore() || unacknowledged != null) {
      return null;
    }
    Outgoing first = queue.peek();
    return first != null && first.handle != null ? first : null;
  }

  /**
   * Decides what goes next, without descriptors. Then {@link #fill} and {@link #sent}, by the same
   * thread.
   *
   * @return whether there is anything
   */
  boolean commit() {
    int bytes = 0;
    for (Outgoing each : committed) {
      bytes += each.left();
    }
    for (Outgoing next = poll(bytes); next != null; next = poll(bytes)) {
      committed.add(next);
      bytes += next.left();
    }
    return !committed.isEmpty();
  }

  private @Nullable Outgoing poll(int bytes) {
    Deque<Outgoing> source = answers.isEmpty() && unacknowledged == null ? queue : answers;
    Outgoing next = source.peek();
    if (next == null || next.handle != null || (bytes > 0 && bytes + next.left() > BATCH_BYTES)) {
      return null;
    }
    return source.poll();
  }

  /** The committed frames in one piece. */
  Piece fill() {
    underWay = true;
    Outgoing first = committed.getFirst();
    if (committed.size() == 1) {
      return new Piece(first.frame, first.sent, first.left());
    }
    if (batch.length == 0) {
      batch = new byte[BATCH_BYTES];
    }
    int size = 0;
    for (Outgoing each : committed) {
      System.arraycopy(each.frame, each.sent, batch, size, each.left());
      size += each.left();
    }
    return new Piece(batch, 0, size);
  }

  /** Whether a call with them is under way, which is to be followed by {@link #sent}. */
  boolean isUnderWay() {
    return underWay;
  }

  /** Bytes for one call. */
  record Piece(byte[] bytes, int offset, int length) {}

  /**
   * So much of what was committed is with the kernel.
   *
   * @param whole is given each frame that is there to its end
   */
  void sent(int count, Consumer<Outgoing> whole) {
    underWay = false;
    int left = count;
    while (left > 0) {
      Outgoing first = committed.getFirst();
      first.turn = ++turns;
      int part = Math.min(left, first.left());
      first.sent += part;
      left -= part;
      if (first.left() == 0) {
        committed.removeFirst();
        whole.accept(first);
      }
    }
  }

  /**
   * The first frame of the queue is with the kernel at least in part, and its descriptor too, which
   * is to be acknowledged.
   */
  void sentWithHandle(Outgoing message) {
    queue.removeFirst();
    unacknowledged = message;
    message.turn = ++turns;
    if (message.left() > 0) {
      committed.add(message);
    }
  }

  /** Whether the kernel was given something of this frame, and of no other since. */
  boolean isLastSent(Outgoing message) {
    return message.turn == turns;
  }

  /** It counts no more. */
  void remove(Outgoing message) {
    if (!message.answer) {
      queuedBytes -= message.length;
      queuedFrames--;
    }
  }

  /** The first frame of the queue cannot be sent. */
  void removeFirst() {
    remove(queue.removeFirst());
  }

  /** What waits for its acknowledgement, and does so no more. */
  @Nullable Outgoing takeUnacknowledged() {
    Outgoing message = unacknowledged;
    unacknowledged = null;
    return message;
  }

  /** Goes again, before everything else that waits. */
  void sendAgain(Outgoing message) {
    message.sent = 0;
    queue.addFirst(message);
    count(message);
  }

  /** Drops everything, in order. Not while a call is under way. */
  void clear(Consumer<Outgoing> dropped) {
    if (unacknowledged != null) {
      unacknowledged.release();
    }
    unacknowledged = null;
    drain(committed, dropped);
    drain(queue, dropped);
    answers.clear();
    queuedBytes = 0;
    queuedFrames = 0;
  }

  private static void drain(Deque<Outgoing> frames, Consumer<Outgoing> dropped) {
    for (Outgoing next = frames.poll(); next != null; next = frames.poll()) {
      dropped.accept(next);
    }
  }
}
