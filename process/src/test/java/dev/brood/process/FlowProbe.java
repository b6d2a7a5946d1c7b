package dev.brood.process;

import dev.brood.testkit.HelperPrograms;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;

/** Streams far more than its heap holds. */
final class FlowProbe {
  private FlowProbe() {}

  public static void main(String[] arguments) throws Exception {
    Command flood = Command.of(HelperPrograms.flood(Long.parseLong(arguments[0])));
    long read = 0;
    byte[] buffer = new byte[64 * 1024];
    try (Child child = flood.spawn()) {
      for (int n = child.stdout().read(buffer); n >= 0; n = child.stdout().read(buffer)) {
        read += n;
      }
    }
    AtomicLong pumped = new AtomicLong();
    flood
        .stdout(
            Stdio.tail(1000),
            Stdio.stream(
                new OutputStream() {
                  @Override
                  public void write(int b) {
                    pumped.incrementAndGet();
                  }

                  @Override
                  public void write(byte[] bytes, int offset, int length) {
                    pumped.addAndGet(length);
                  }
                }))
        .run();
    System.out.println("read " + read + ", pumped " + pumped);
  }
}
