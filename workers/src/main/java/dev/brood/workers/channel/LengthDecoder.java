package dev.brood.workers.channel;

/**
 * Cuts a stream into frames that begin with their length: four bytes, the highest first, unsigned,
 * themselves not counted. Frames that lie whole in what was fed are parsed where they are; memory
 * for the others is taken as their bytes arrive, whatever length they announce.
 */
final class LengthDecoder implements FrameDecoder {
  private static final int HEADER_BYTES = 4;
  private static final byte[] NOTHING = {};

  private final BodyReader reader;
  private final int limit;
  private final Unfinished held = new Unfinished();

  private int headerBytes;
  private long bodyBytes;

  /** How much is left of a body that is too long and has been reported. */
  private long skipBytes;

  LengthDecoder(BodyReader reader, long messageLimitBytes) {
    this.reader = reader;
    this.limit = BodyReader.arrayLimit(messageLimitBytes);
  }

  @Override
  public void feed(byte[] bytes, int offset, int length, FrameSink sink) {
    int end = offset + length;
    int position = offset;
    while (position < end) {
      if (skipBytes > 0) {
        int skipped = (int) Math.min(skipBytes, end - position);
        skipBytes -= skipped;
        position += skipped;
      } else if (headerBytes < HEADER_BYTES) {
        bodyBytes = bodyBytes << Byte.SIZE | bytes[position++] & 0xff;
        if (++headerBytes == HEADER_BYTES) {
          headerEnds(sink);
        }
      } else {
        position += body(bytes, position, end, sink);
      }
    }
  }

  private void headerEnds(FrameSink sink) {
    if (bodyBytes > limit) {
      skipBytes = bodyBytes;
      next();
      sink.malformed(BodyReader.tooLong("a message of %,d bytes".formatted(skipBytes), limit));
    } else if (bodyBytes == 0) {
      next();
      reader.deliver(NOTHING, 0, 0, HEADER_BYTES, sink);
    }
  }

  /** Takes what belongs to the body and returns how much that was. */
  private int body(byte[] bytes, int position, int end, FrameSink sink) {
    int missing = (int) bodyBytes - held.size();
    int taken = Math.min(missing, end - position);
    if (held.size() == 0 && taken == missing) {
      next();
      reader.deliver(bytes, position, taken, HEADER_BYTES, sink);
      return taken;
    }
    held.append(bytes, position, taken, Unfinished.KEPT_BYTES, (int) bodyBytes);
    if (taken == missing) {
      int wholeBytes = held.size();
      byte[] whole = held.take();
      next();
      reader.deliver(whole, 0, wholeBytes, HEADER_BYTES, sink);
    }
    return taken;
  }

  /** How much memory is taken for what is incomplete. */
  int heldCapacity() {
    return held.capacity();
  }

  private void next() {
    headerBytes = 0;
    bodyBytes = 0;
  }
}
