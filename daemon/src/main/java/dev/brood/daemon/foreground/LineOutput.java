package dev.brood.daemon.foreground;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * Writes whole lines of many writers to stdout and stderr, one after the other, so that none is
 * torn by another. Lines wait in a buffer of bounded size; a writer that finds it full waits, and
 * with it the pipe it reads and in the end the program: what nobody reads is neither kept nor lost.
 *
 * <p>One platform thread writes, because a write to a terminal that is held (Ctrl-S) blocks. Safe
 * for use by several threads.
 */
final class LineOutput implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int WRITE_BYTES = 64 * 1024;

  /** Where a line goes. */
  enum Target {
    OUT,
    ERR
  }

  private record Entry(Target target, byte[] bytes, int permits) {}

  private static final Entry END = new Entry(Target.OUT, new byte[0], 0);

  private final OutputStream out;
  private final OutputStream err;
  private final Duration closeLimit;
  private final Runnable onBroken;
  private final Semaphore room = new Semaphore(BUFFER_BYTES);
  private final LinkedBlockingQueue<Entry> lines = new LinkedBlockingQueue<>();
  private final Thread writer;
  private volatile boolean broken;

  /**
   * Starts the writing thread.
   *
   * @param closeLimit how long {@link #close} waits for a reader that does not read
   * @param onBroken called once, on the writing thread, when a write fails (the reader has gone);
   *     what comes afterwards is dropped
   */
  LineOutput(OutputStream out, OutputStream err, Duration closeLimit, Runnable onBroken) {
    this.out = out;
    this.err = err;
    this.closeLimit = closeLimit;
    this.onBroken = onBroken;
    this.writer = Thread.ofPlatform().name("brood-output").daemon().start(this::write);
  }

  /** Adds one line; a newline is put behind it. Waits while the buffer is full. */
  void line(Target target, String line) throws InterruptedException {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    int permits = Math.min(bytes.length, BUFFER_BYTES);
    if (!broken) {
      room.acquire(permits);
      lines.add(new Entry(target, bytes, permits));
    }
  }

  /** Drops what is waiting and what is still added: nobody reads, and someone wants to end. */
  void abandon() {
    broken = true;
    lines.clear();
    room.release(BUFFER_BYTES);
  }

  /** Waits until what was added is written, but not longer than the limit. */
  @Override
  public void close() {
    lines.add(END);
    try {
      writer.join(closeLimit);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    ByteArrayOutputStream batch = new ByteArrayOutputStream(WRITE_BYTES);
    try {
      Entry entry = lines.take();
      while (!entry.equals(END)) {
        Target target = entry.target();
        int permits = 0;
        while (entry != null && !entry.equals(END) && entry.target() == target) {
          batch.write(entry.bytes(), 0, entry.bytes().length);
          permits += entry.permits();
          entry = batch.size() < WRITE_BYTES ? lines.poll() : null;
        }
        write(target, batch);
        batch.reset();
        room.release(permits);
        if (entry == null) {
          entry = lines.take();
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(Target target, ByteArrayOutputStream batch) {
    if (broken) {
      return;
    }
    try {
      OutputStream stream = target == Target.OUT ? out : err;
      batch.writeTo(stream);
      stream.flush();
    } catch (IOException _) {
      broken = true;
      onBroken.run();
    }
  }
}
