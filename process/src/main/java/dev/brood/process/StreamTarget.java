package dev.brood.process;

import java.io.IOException;
import java.io.OutputStream;

/** Writes into a stream, flushed after each piece so that whoever looks sees it. */
record StreamTarget(OutputStream stream, boolean closes) implements ByteTarget {
  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    stream.write(bytes, offset, count);
    stream.flush();
  }

  @Override
  public void end() {
    if (closes) {
      try {
        stream.close();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }
}
