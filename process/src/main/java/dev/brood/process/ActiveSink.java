package dev.brood.process;

import dev.brood.process.internal.io.ByteSink;

/** A memory sink whose bytes count as activity of the child. */
record ActiveSink(Child child, MemorySink sink) implements ByteSink {
  @Override
  public void bytes(byte[] buffer, int count) {
    child.active();
    sink.bytes(buffer, count);
  }

  @Override
  public void end() {
    sink.end();
  }

  @Override
  public void fail(Throwable reason) {
    sink.fail(reason);
  }
}
