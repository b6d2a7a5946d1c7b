package dev.brood.process;

import dev.brood.process.internal.io.ByteSink;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * Bytes of one stream kept in memory: the first ones up to a limit, or the last ones. Written by
 * one thread; read after {@link #done}.
 */
final class MemorySink implements ByteSink {
  private static final int FIRST_BYTES = 1024;

  private final int limit;
  private final boolean tail;
  private final Runnable overflow;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private byte[] kept = new byte[0];
  private int used;
  private int start;
  private long total;

  private MemorySink(long limit, boolean tail, Runnable overflow) {
    this.limit = (int) limit;
    this.tail = tail;
    this.overflow = overflow;
  }

  /** Keeps the first bytes; {@code overflow} is run once, when the first one does not fit. */
  static MemorySink capture(long limit, Runnable overflow) {
    return new MemorySink(limit, false, overflow);
  }

  /** Keeps the last bytes. */
  static MemorySink tail(long limit) {
    return new MemorySink(limit, true, () -> {});
  }

  CompletableFuture<Void> done() {
    return done;
  }

  @Override
  public void bytes(byte[] buffer, int count) {
    long before = total;
    total += count;
    if (tail) {
      keepLast(buffer, count);
      return;
    }
    int fits = Math.min(count, limit - used);
    append(buffer, 0, fits);
    if (total > limit && before <= limit) {
      overflow.run();
    }
  }

  @Override
  public void end() {
    done.complete(null);
  }

  @Override
  public void fail(Throwable reason) {
    done.completeExceptionally(reason);
  }

  /** What is kept, in order. */
  byte[] kept() {
    if (start == 0) {
      return Arrays.copyOf(kept, used);
    }
    byte[] result = new byte[used];
    System.arraycopy(kept, start, result, 0, used - start);
    System.arraycopy(kept, 0, result, used - start, start);
    return result;
  }

  long total() {
    return total;
  }

  private void append(byte[] buffer, int from, int count) {
    if (used + count > kept.length) {
      long wanted = Math.max(Math.max(FIRST_BYTES, (long) kept.length * 2), (long) used + count);
      kept = Arrays.copyOf(kept, (int) Math.min(limit, wanted));
    }
    System.arraycopy(buffer, from, kept, used, count);
    used += count;
  }

  /** A ring once the limit is reached; {@code start} is then its oldest byte. */
  private void keepLast(byte[] buffer, int count) {
    int from = Math.max(0, count - limit);
    int fill = Math.min(count - from, limit - used);
    append(buffer, from, fill);
    for (int i = from + fill; i < count; ) {
      int piece = Math.min(count - i, limit - start);
      System.arraycopy(buffer, i, kept, start, piece);
      start = (start + piece) % limit;
      i += piece;
    }
  }
}
