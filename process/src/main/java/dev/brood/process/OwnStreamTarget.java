package dev.brood.process;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Writes into a stream that is made for one output of one child when there is anything for it. */
final class OwnStreamTarget implements ByteTarget {
  private final LongFunction<? extends OutputStream> maker;
  private final long pid;
  private @Nullable StreamTarget made;

  OwnStreamTarget(LongFunction<? extends OutputStream> maker, long pid) {
    this.maker = maker;
    this.pid = pid;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    if (made == null) {
      made = new StreamTarget(maker.apply(pid), true);
    }
    made.write(bytes, offset, count);
  }

  @Override
  public void end() {
    if (made != null) {
      made.end();
    }
  }
}
