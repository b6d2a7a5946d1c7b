package dev.brood.daemon.foreground;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

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
  private static final int NOTICE_BYTES = 64 * 1024;

  /** More than all that can be waited for. */
  private static final int ABANDONED = 1 << 30;

  /** Where a line goes. */
  enum Target {
    OUT,
    ERR
  }

  private record Entry(Target target, byte[] bytes, Semaphore room, int permits) {}

  /** Makes the writer draw the footer again. */
  private static final Entry FOOTER = new Entry(Target.ERR, new byte[0], new Semaphore(0), 0);

  private static final Entry END = new Entry(Target.OUT, new byte[0], new Semaphore(0), 0);

  private final OutputStream out;
  private final OutputStream err;
  private final Duration closeLimit;
  private final Runnable onBroken;

  /** In turn: a long line would wait for ever for all of it to be free at once. */
  private final Semaphore room = new Semaphore(BUFFER_BYTES, true);

  private final AtomicBoolean abandoned = new AtomicBoolean();
  private final Semaphore noticeRoom = new Semaphore(NOTICE_BYTES);
  private final AtomicInteger droppedNotices = new AtomicInteger();
  private final LinkedBlockingQueue<Entry> lines = new LinkedBlockingQueue<>();
  private final AtomicBoolean footerQueued = new AtomicBoolean();
  private volatile List<String> footer = List.of();

  /** How many lines of the footer are on the screen; of the writing thread. */
  private int drawn;

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
      lines.add(new Entry(target, bytes, room, permits));
    }
  }

  /**
   * Adds one line of our own to stderr, and never waits: there is room of its own for these. If
   * even that is full, it is dropped, and the next one that is not says how many were.
   */
  void notice(String line) {
    int dropped = droppedNotices.get();
    String text = dropped == 0 ? line : line + " (" + dropped + " such lines before were dropped)";
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    if (broken) {
      return;
    }
    if (bytes.length <= NOTICE_BYTES && noticeRoom.tryAcquire(bytes.length)) {
      droppedNotices.addAndGet(-dropped);
      lines.add(new Entry(Target.ERR, bytes, noticeRoom, bytes.length));
    } else {
      droppedNotices.incrementAndGet();
    }
  }

  /**
   * Keeps these lines below all others on stderr, which must be a terminal; none to take them away.
   * Never waits.
   */
  void footer(List<String> newFooter) {
    if (!newFooter.equals(footer)) {
      footer = List.copyOf(newFooter);
      if (footerQueued.compareAndSet(false, true)) {
        lines.add(FOOTER);
      }
    }
  }

  /** Drops what is waiting and what is still added: nobody reads, and someone wants to end. */
  void abandon() {
    broken = true;
    lines.clear();
    if (abandoned.compareAndSet(false, true)) {
      room.release(ABANDONED);
    }
  }

  /**
   * Waits until what was added is written, but not longer than the limit. What is still added then
   * is dropped, and nobody waits any more.
   */
  @Override
  public void close() {
    lines.add(END);
    try {
      writer.join(closeLimit);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    abandon();
    lines.add(END); // in place of one that was dropped
  }

  private void write() {
    ByteArrayOutputStream batch = new ByteArrayOutputStream(WRITE_BYTES);
    try {
      Entry entry = lines.take();
      while (entry != END) {
        Target target = entry.target();
        int permits = 0;
        int noticePermits = 0;
        while (entry != null && entry != END && entry.target() == target) {
          batch.write(entry.bytes(), 0, entry.bytes().length);
          if (entry == FOOTER) {
            footerQueued.set(false);
          }
          if (entry.room() == room) {
            permits += entry.permits();
          } else {
            noticePermits += entry.permits(); // none of a footer
          }
          entry = batch.size() < WRITE_BYTES ? lines.poll() : null;
        }
        write(target, batch);
        batch.reset();
        room.release(permits);
        noticeRoom.release(noticePermits);
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
      erase();
      batch.writeTo(stream);
      stream.flush();
      draw();
    } catch (IOException _) {
      broken = true;
      onBroken.run();
    }
  }

  /** Takes the footer off the screen: up to its first line, and clears from there. */
  private void erase() throws IOException {
    if (drawn > 0) {
      String up = drawn == 1 ? "" : "\u001b[" + (drawn - 1) + "A";
      err.write(("\r" + up + "\u001b[J").getBytes(StandardCharsets.US_ASCII));
      err.flush();
      drawn = 0;
    }
  }

  /** Draws it, without the terminal breaking lines that are too long for it. */
  private void draw() throws IOException {
    List<String> bars = footer;
    if (!bars.isEmpty()) {
      String text = "\u001b[?7l" + String.join("\n", bars) + "\u001b[?7h";
      err.write(text.getBytes(StandardCharsets.UTF_8));
      err.flush();
      drawn = bars.size();
    }
  }
}
