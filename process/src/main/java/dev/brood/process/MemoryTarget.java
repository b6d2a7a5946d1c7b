package dev.brood.process;

import java.util.Arrays;

/** Keeps a copy in memory beside other sinks. */
record MemoryTarget(MemorySink memory) implements ByteTarget {
  @Override
  public void write(byte[] bytes, int offset, int count) {
    byte[] piece = offset == 0 ? bytes : Arrays.copyOfRange(bytes, offset, offset + count);
    memory.bytes(piece, count);
  }

  @Override
  public void end() {
    memory.end();
  }
}
