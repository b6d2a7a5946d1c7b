package dev.brood.workers.channel;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The side of a {@link SharedRing} that reads. Thread-safe; each record is read once.
 *
 * <p>Waiting parks a virtual thread, and blocks a platform thread in the kernel, which is several
 * times quicker: what is passed to and fro in small pieces belongs on a platform thread.
 */
public final class RingReader extends RingSide {
  private final long capacity;
  private long tail;
  private long seenHead;

  RingReader(RingMemory memory, RingPeer peer) {
    super(memory, peer, false);
    capacity = memory.capacity();
    tail = memory.position(RingMemory.TAIL);
    seenHead = memory.position(RingMemory.HEAD);
  }

  /**
   * Waits for the next record.
   *
   * @throws ChannelClosedException after the last record, if the writer has closed the ring; or at
   *     once if this side has
   * @throws RingBrokenException after the last record, if the writing process is gone and has not
   *     closed the ring
   */
  public byte[] read() throws InterruptedException {
    enter();
    try {
      while (!await(UNBOUNDED_NANOS)) {
        // waits on
      }
      return take();
    } finally {
      leave();
    }
  }

  /** Waits for the next record; empty if none came within the limit. See {@link #read()}. */
  public Optional<byte[]> read(Duration limit) throws InterruptedException {
    long nanos = SharedRing.nanos(limit);
    long start = System.nanoTime();
    if (!enter(nanos)) {
      return Optional.empty();
    }
    try {
      return await(nanos - (System.nanoTime() - start)) ? Optional.of(take()) : Optional.empty();
    } finally {
      leave();
    }
  }

  /**
   * Waits for the next record and looks at it in place, without a copy. It counts as read even if
   * {@code look} throws.
   *
   * @param look is given the record's memory, read-only, which is not to be kept: the writer uses
   *     it again afterwards. A writer that breaks the rules can change it meanwhile.
   * @return what {@code look} returns
   */
  public <T extends @Nullable Object> T read(Function<MemorySegment, T> look)
      throws InterruptedException {
    enter();
    try {
      while (!await(UNBOUNDED_NANOS)) {
        // waits on
      }
      int length = next();
      try {
        return look.apply(memory.bytes(tail, length).asReadOnly());
      } finally {
        finish(length);
      }
    } finally {
      leave();
    }
  }

  @Override
  boolean isReady() {
    if (seenHead != tail) {
      return true;
    }
    seenHead = memory.position(RingMemory.HEAD);
    return seenHead != tail;
  }

  private byte[] take() {
    int length = next();
    byte[] record = new byte[length];
    memory.get(tail, record);
    finish(length);
    return record;
  }

  /** The length of the record at the tail, which moves over padding. */
  private int next() {
    long there = seenHead - tail;
    requireSound(there > 0 && there <= capacity && (seenHead & 7) == 0);
    int length = memory.length(tail);
    if (length == RingMemory.PADDING) {
      tail += memory.toEnd(tail);
      there = seenHead - tail;
      requireSound(there > 0);
      length = memory.length(tail);
    }
    long space = SharedRing.space(length);
    requireSound(length >= 0 && space <= there && space <= memory.toEnd(tail));
    return length;
  }

  private void finish(int length) {
    tail += SharedRing.space(length);
    memory.move(RingMemory.TAIL, tail);
    peer.wake();
  }

  private void requireSound(boolean sound) {
    if (!sound) {
      throw new RingBrokenException("the ring is broken: the writer has written what is no record");
    }
  }
}
