package dev.brood.workers.channel;

/**
 * Cuts a stream at every line feed, and only there. Each byte is looked at once for that; lines
 * that lie whole in what was fed are parsed where they are.
 */
final class LineDecoder implements FrameDecoder {
  private static final byte LINE_FEED = '\n';
  private static final int FIRST_BYTES = 1024;

  private final BodyReader reader;
  private final int limit;

  private final Unfinished held = new Unfinished();

  /** The line is too long and has been reported; the rest of it is dropped. */
  private boolean skipping;

  LineDecoder(BodyReader reader, long messageLimitBytes) {
    this.reader = reader;
    this.limit = BodyReader.arrayLimit(messageLimitBytes);
  }

  @Override
  public void feed(byte[] bytes, int offset, int length, FrameSink sink) {
    int end = offset + length;
    int start = offset;
    while (start < end) {
      int lineFeed = EightBytes.indexOf(LINE_FEED, bytes, start, end);
      int stop = lineFeed < 0 ? end : lineFeed;
      if (!skipping && stop - start > limit - held.size()) {
        skipping = true;
        held.drop();
        sink.malformed(BodyReader.tooLong("a line", limit));
      }
      if (lineFeed >= 0) {
        lineEnds(bytes, start, stop, sink);
        start = stop + 1;
      } else {
        if (!skipping) {
          hold(bytes, start, stop);
        }
        start = end;
      }
    }
  }

  private void lineEnds(byte[] bytes, int start, int stop, FrameSink sink) {
    if (skipping) {
      skipping = false;
    } else if (held.size() == 0) {
      reader.deliver(bytes, start, stop - start, 1, sink);
    } else {
      hold(bytes, start, stop);
      int lineBytes = held.size();
      reader.deliver(held.take(), 0, lineBytes, 1, sink);
    }
  }

  /** How much memory is taken for what is incomplete. */
  int heldCapacity() {
    return held.capacity();
  }

  private void hold(byte[] bytes, int start, int stop) {
    held.append(bytes, start, stop - start, FIRST_BYTES, limit);
  }
}
