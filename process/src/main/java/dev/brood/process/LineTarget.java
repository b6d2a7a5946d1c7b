package dev.brood.process;

import java.nio.charset.Charset;
import java.time.Instant;
import java.util.function.Consumer;

/** Cuts bytes into lines for a consumer. */
final class LineTarget implements ByteTarget {
  private final Line.Stream stream;
  private final LineBuffer buffer;
  private final Consumer<Line> consumer;

  LineTarget(Line.Stream stream, Charset charset, Consumer<Line> consumer) {
    this.stream = stream;
    this.buffer = new LineBuffer(charset, ChildOutput.LINE_LIMIT_BYTES);
    this.consumer = consumer;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    Instant at = Instant.now();
    int done = 0;
    while (done < count) {
      byte[] room = buffer.writable();
      int piece = Math.min(count - done, room.length - buffer.writeOffset());
      System.arraycopy(bytes, offset + done, room, buffer.writeOffset(), piece);
      buffer.written(piece);
      done += piece;
      for (String text = buffer.next(); text != null; text = buffer.next()) {
        consumer.accept(new Line(stream, text, at, buffer.partial()));
      }
    }
  }

  @Override
  public void end() {
    String last = buffer.last();
    if (last != null) {
      consumer.accept(new Line(stream, last, Instant.now(), false));
    }
  }
}
