package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Waiting for an int in memory that processes share: futex(2).
 *
 * <p>One thread at a time waits. {@link #await} blocks it, so it belongs on a platform thread;
 * {@link #wake} is for any.
 */
public final class Futex {
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final long address;
  private final MemorySegment errno;
  private final MemorySegment time;

  /**
   * A futex on a word.
   *
   * @param word mapped memory, aligned to 4 bytes, that stays mapped during every call
   * @param arena for what the calls need
   */
  public Futex(MemorySegment word, Arena arena) {
    address = word.address();
    errno = arena.allocate(JAVA_INT);
    time = arena.allocate(JAVA_LONG, 2);
  }

  /**
   * Waits until {@link #wake} of the same word, in any process, if the word still has the value.
   *
   * @return 0 after a wake-up (a spurious one too), {@code -EAGAIN} if the word has another value,
   *     {@code -ETIMEDOUT} or {@code -EINTR}
   */
  public int await(int value, long nanos) {
    time.set(JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
    time.set(JAVA_LONG, 8, nanos % NANOS_PER_SECOND);
    return (int) Syscall.FUTEX.blocking(errno, address, FUTEX_WAIT, value, time.address(), 0);
  }

  /** Wakes up to {@code count} threads that wait for the word; how many. */
  public int wake(int count) {
    return (int) Syscall.FUTEX.quick(address, FUTEX_WAKE, count);
  }
}
