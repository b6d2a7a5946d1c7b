package dev.brood.process;

import java.io.IOException;

/** Takes the bytes of a stream; may block. Used by one thread at a time. */
interface ByteTarget {
  void write(byte[] bytes, int offset, int count) throws IOException;

  /** Told once, when nothing follows. */
  void end();
}
