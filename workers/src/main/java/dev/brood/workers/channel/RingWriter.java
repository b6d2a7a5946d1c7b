package dev.brood.workers.channel;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The side of a {@link SharedRing} that writes. Thread-safe; records of several threads do not mix.
 *
 * <p>Waiting parks a virtual thread, and blocks a platform thread in the kernel, which is several
 * times quicker: what is passed to and fro in small pieces belongs on a platform thread.
 */
public final class RingWriter extends RingSide {
  private final long capacity;
  private long head;
  private long seenTail;
  private long wantedBytes;

  RingWriter(RingMemory memory, RingPeer peer) {
    super(memory, peer, true);
    capacity = memory.capacity();
    head = memory.position(RingMemory.HEAD);
    seenTail = memory.position(RingMemory.TAIL);
  }

  /** The longest record. */
  public int recordLimitBytes() {
    return (int) (capacity / 2) - RingMemory.RECORD_HEADER;
  }

  /** Writes a record, waiting for room. See {@link #write(byte[], int, int, Duration)}. */
  public void write(byte[] record) throws InterruptedException {
    write(record, 0, record.length);
  }

  /** Writes a record, waiting for room. See {@link #write(byte[], int, int, Duration)}. */
  public void write(byte[] bytes, int offset, int length) throws InterruptedException {
    while (!put(bytes, offset, length, UNBOUNDED_NANOS)) {
      // waits on
    }
  }

  /**
   * Writes a record, waiting for room.
   *
   * @return false if there was none within the limit; nothing is written then
   * @throws MessageTooLargeException if it is longer than {@link #recordLimitBytes}
   * @throws ChannelClosedException if either side has closed the ring
   * @throws RingBrokenException if the reading process is gone
   */
  public boolean write(byte[] bytes, int offset, int length, Duration limit)
      throws InterruptedException {
    return put(bytes, offset, length, SharedRing.nanos(limit));
  }

  /**
   * Writes a record in place, waiting for room; it is sent when {@code fill} returns, and not if it
   * throws.
   *
   * @param fill is given the record's memory, which holds old bytes and is not to be kept
   * @throws MessageTooLargeException if it is longer than {@link #recordLimitBytes}
   * @throws ChannelClosedException if either side has closed the ring
   * @throws RingBrokenException if the reading process is gone
   */
  public void write(int length, Consumer<MemorySegment> fill) throws InterruptedException {
    enter();
    try {
      while (!reserve(length, UNBOUNDED_NANOS)) {
        // waits on
      }
      fill.accept(memory.bytes(head, length));
      publish(length);
    } finally {
      leave();
    }
  }

  @Override
  boolean isReady() {
    if (capacity - (head - seenTail) >= wantedBytes) {
      return true;
    }
    long tail = memory.position(RingMemory.TAIL);
    if (tail - seenTail < 0 || tail - head > 0) {
      throw new RingBrokenException(
          "the ring is broken: the reader has read more than was written");
    }
    seenTail = tail;
    return capacity - (head - tail) >= wantedBytes;
  }

  private boolean put(byte[] bytes, int offset, int length, long nanos)
      throws InterruptedException {
    long start = System.nanoTime();
    if (!enter(nanos)) {
      return false;
    }
    try {
      if (!reserve(length, nanos - (System.nanoTime() - start))) {
        return false;
      }
      memory.put(head, bytes, offset, length);
      publish(length);
      return true;
    } finally {
      leave();
    }
  }

  /** Waits for room at the head, which moves to the beginning if the rest is too short. */
  private boolean reserve(int length, long nanos) throws InterruptedException {
    if (length < 0 || length > recordLimitBytes()) {
      throw new MessageTooLargeException(
          "a record of %,d bytes; the ring takes up to %,d".formatted(length, recordLimitBytes()));
    }
    requireOpen();
    long record = SharedRing.space(length);
    long toEnd = memory.toEnd(head);
    wantedBytes = record <= toEnd ? record : toEnd + record;
    if (!isReady() && !await(nanos)) {
      return false;
    }
    if (record > toEnd) {
      memory.setLength(head, RingMemory.PADDING);
      head += toEnd;
    }
    return true;
  }

  private void publish(int length) {
    memory.setLength(head, length);
    head += SharedRing.space(length);
    memory.move(RingMemory.HEAD, head);
    peer.wake();
  }
}
