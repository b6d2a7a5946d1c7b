package dev.brood.process.internal.io;

import dev.brood.process.internal.linux.Descriptors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gives a pipe that is always full a larger buffer, so that its two sides take turns less often.
 *
 * <p>Pipe memory is counted per user (pipe(7), {@code pipe-user-pages-soft}, 64 MiB), and beyond
 * the limit every new pipe of that user is one page small. So this JVM enlarges at most {@value
 * #MOST_PIPES} pipes at a time.
 */
final class PipeGrowth {
  private static final int LARGE_READ_BYTES = 32 * 1024;
  static final int LARGE_BYTES = 1024 * 1024;
  private static final int FULL_READS = 16;
  private static final int MOST_PIPES = 16;
  private static final AtomicInteger LARGE_PIPES = new AtomicInteger();

  private final int fd;
  private int fullReads;
  private boolean large;

  PipeGrowth(int fd) {
    this.fd = fd;
  }

  /** Notes a read of what there was room for; after enough full ones the pipe is enlarged. */
  void read(int count, int room) {
    if (fullReads > FULL_READS) {
      return;
    }
    fullReads = count == room && count >= LARGE_READ_BYTES ? fullReads + 1 : 0;
    if (fullReads > FULL_READS && LARGE_PIPES.incrementAndGet() <= MOST_PIPES) {
      large = Descriptors.setPipeSize(fd, LARGE_BYTES) >= 0;
    }
    if (fullReads > FULL_READS && !large) {
      LARGE_PIPES.decrementAndGet();
    }
  }

  void release() {
    if (large) {
      large = false;
      LARGE_PIPES.decrementAndGet();
    }
  }
}
