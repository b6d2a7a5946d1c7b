package dev.brood.workers.channel;

/**
 * Notices that messages come faster than the kernel takes them one by one: then each waits for
 * company. Guarded by the outbox.
 */
final class Burst {
  /** About what it costs to write one message, and the reader to wake for it. */
  private static final long GAP_NANOS = 5_000;

  /** So many in a row: a conversation of questions and answers has none so close. */
  private static final int LENGTH = 16;

  private long last = System.nanoTime() - GAP_NANOS;
  private int inARow;

  /** A message is sent now; whether it belongs to a burst. */
  boolean sent() {
    long now = System.nanoTime();
    inARow = now - last < GAP_NANOS ? inARow + 1 : 0;
    last = now;
    return inARow >= LENGTH;
  }
}
