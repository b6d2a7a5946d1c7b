package dev.brood.process;

import dev.brood.process.internal.io.Forgotten;
import dev.brood.process.internal.io.ReadEnd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A stream that a child writes and this JVM reads: an {@link InputStream} that also knows lines.
 *
 * <p>A read waits until there is something, parks a virtual thread, and ends with the child: once
 * it has ended and everything that it wrote has been read, a stranger that still holds the pipe is
 * waited for no longer than {@link Command#drainGrace}. For one reader at a time; {@link #close}
 * may come from any thread. All methods throw {@link StdioException} where the stream fails, is
 * closed, or the thread is interrupted.
 */
public final class ChildOutput extends InputStream {
  /** The longest line in bytes; a longer one comes in pieces. */
  public static final int LINE_LIMIT_BYTES = 1024 * 1024;

  private final Command command;
  private final Line.Stream stream;
  private final ReadEnd end;
  private final List<ByteTarget> copies;
  private final Runnable progress;
  private final Runnable finished;
  private final Runnable closed;
  private @Nullable LineBuffer buffer;
  private @Nullable Instant readAt;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicReference<Use> use = new AtomicReference<>(Use.NONE);

  /** Who reads it. */
  private enum Use {
    NONE,
    READ,
    HANDED_OVER
  }

  /** One that nothing else is done with. */
  ChildOutput(Command command, ReadEnd end) {
    this(command, Line.Stream.STDOUT, end, List.of(), () -> {}, () -> {});
  }

  /**
   * @param copies further sinks that get what is read
   * @param progress run after each read
   * @param finished run once, at the end
   */
  ChildOutput(
      Command command,
      Line.Stream stream,
      ReadEnd end,
      List<ByteTarget> copies,
      Runnable progress,
      Runnable finished) {
    this.command = command;
    this.stream = stream;
    this.end = end;
    this.copies = copies;
    this.progress = progress;
    this.finished = finished;
    this.closed = Forgotten.watch(this, end::abandon);
  }

  /**
   * The next line without its end, or null at the end of the stream. A line longer than {@link
   * #LINE_LIMIT_BYTES} comes in pieces.
   */
  public @Nullable String readLine() {
    return nextText(0);
  }

  /**
   * The next line, waiting no longer than {@code limit}.
   *
   * @return null at the end of the stream
   * @throws StdioException with {@link StdioException.Reason#TIMED_OUT} when the time is up;
   *     nothing is lost, the next call goes on
   */
  public @Nullable String readLine(Duration limit) {
    return nextText(Times.deadline(limit));
  }

  /** The lines from here on; ends with the stream. For one loop. */
  public Lines lines() {
    return new Lines(List.of(this));
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    java.util.Objects.checkFromIndexSize(offset, length, target.length);
    claim();
    if (length == 0) {
      return 0;
    }
    LineBuffer buffered = buffer;
    if (buffered != null && !buffered.isEmpty()) {
      return buffered.take(target, offset, length);
    }
    return fetch(target, offset, length, 0);
  }

  /** Closes our end: a child that writes on gets SIGPIPE. */
  @Override
  public void close() {
    end.close();
    finish();
  }

  /** Leaves it to another reader for good, unless anybody has begun to read it: then false. */
  boolean handOver() {
    return use.compareAndSet(Use.NONE, Use.HANDED_OVER);
  }

  private void claim() {
    use.compareAndSet(Use.NONE, Use.READ);
  }

  /** Whether {@link #handOver} has left it to another reader. */
  boolean isHandedOver() {
    return use.get() == Use.HANDED_OVER;
  }

  ReadEnd end() {
    return end;
  }

  /** Stops reading for good, without harm to whoever still writes. */
  void abandon() {
    end.abandon();
    finish();
  }

  /** The next line; waits for it until the deadline (0: for ever). Null at the end. */
  @Nullable Line nextLine(long deadlineNanos) {
    String text = nextText(deadlineNanos);
    return text == null ? null : line(text, lineBuffer().partial());
  }

  private @Nullable String nextText(long deadlineNanos) {
    LineBuffer lines = lineBuffer();
    while (true) {
      String text = lines.next();
      if (text != null) {
        return text;
      }
      byte[] target = lines.writable();
      int count =
          fetch(target, lines.writeOffset(), target.length - lines.writeOffset(), deadlineNanos);
      if (count < 0) {
        return lines.last();
      }
      lines.written(count);
      readAt = null;
    }
  }

  /**
   * A line if one is there without waiting; otherwise {@code thread} is unparked when it may be.
   */
  @Nullable Line pollLine(Thread thread) {
    LineBuffer lines = lineBuffer();
    while (true) {
      String text = lines.next();
      if (text != null) {
        return line(text, lines.partial());
      }
      if (ended.get()) {
        String last = lines.last();
        return last == null ? null : line(last, false);
      }
      byte[] target = lines.writable();
      int offset = lines.writeOffset();
      int count;
      try {
        checkOwn();
        count = end.poll(target, offset, target.length - offset, thread);
      } catch (IOException e) {
        throw failed(e);
      }
      if (count == ReadEnd.WOULD_BLOCK) {
        return null;
      }
      if (count == ReadEnd.END) {
        finish();
      } else {
        arrived(target, offset, count);
        lines.written(count);
        readAt = null;
      }
    }
  }

  /** Whether everything has been read and handed out. */
  boolean exhausted() {
    return ended.get() && (buffer == null || buffer.isEmpty());
  }

  private Line line(String text, boolean partial) {
    Instant at = readAt;
    if (at == null) {
      at = Instant.now();
      readAt = at;
    }
    return new Line(stream, text, at, partial);
  }

  private LineBuffer lineBuffer() {
    claim();
    LineBuffer lines = buffer;
    if (lines == null) {
      lines = new LineBuffer(command.charset(), LINE_LIMIT_BYTES);
      buffer = lines;
    }
    return lines;
  }

  private int fetch(byte[] target, int offset, int length, long deadlineNanos) {
    if (ended.get()) {
      return -1;
    }
    try {
      checkOwn();
      int count = end.read(target, offset, length, deadlineNanos);
      if (count == ReadEnd.TIMED_OUT) {
        throw new StdioException(
            command.commandLine(),
            StdioException.Reason.TIMED_OUT,
            "no line from " + Quoting.shown(command.commandLine()) + " in time",
            null);
      }
      if (count == ReadEnd.END) {
        finish();
        return -1;
      }
      arrived(target, offset, count);
      return count;
    } catch (IOException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw StdioException.interrupted(command, "reading from", e);
    }
  }

  private void checkOwn() throws ClosedChannelException {
    if (isHandedOver()) {
      throw new ClosedChannelException();
    }
  }

  private void arrived(byte[] bytes, int offset, int count) throws StdioException {
    progress.run();
    for (ByteTarget copy : copies) {
      try {
        copy.write(bytes, offset, count);
      } catch (IOException e) {
        throw StdioException.sinkFailed(command, e);
      }
    }
  }

  private void finish() {
    if (ended.compareAndSet(false, true)) { // at its end, or closed by another thread
      closed.run();
      end.closeIfEnded();
      if (!isHandedOver()) {
        copies.forEach(ByteTarget::end);
      }
      finished.run();
    }
  }

  StdioException interrupted() {
    return StdioException.interrupted(command, "reading from", null);
  }

  private StdioException failed(IOException e) {
    return StdioException.of(command, "reading from", e);
  }
}
