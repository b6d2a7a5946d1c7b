package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Waiting for an int in memory that processes share: futex(2).
 *
 * <p>{@link #await} blocks, so it belongs on a platform thread.
 */
public final class Futex {
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private Futex() {}

  /**
   * Waits until {@link #wake} of the same word, in any process, if the word still has the value.
   *
   * @param word mapped memory, aligned to 4 bytes, that stays mapped during the call
   * @return 0 after a wake-up (a spurious one too), {@code -EAGAIN} if the word has another value,
   *     {@code -ETIMEDOUT} or {@code -EINTR}
   */
  public static int await(MemorySegment word, int value, long nanos) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(JAVA_LONG, 2);
      time.set(JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
      time.set(JAVA_LONG, 8, nanos % NANOS_PER_SECOND);
      return (int) Syscall.FUTEX.blocking(word.address(), FUTEX_WAIT, value, time.address(), 0);
    }
  }

  /** Wakes up to {@code count} threads that wait for the word; how many. */
  public static int wake(MemorySegment word, int count) {
    return (int) Syscall.FUTEX.quick(word.address(), FUTEX_WAKE, count);
  }
}
