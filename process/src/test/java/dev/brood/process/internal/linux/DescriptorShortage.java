package dev.brood.process.internal.linux;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A program that uses its descriptors up and then looks at processes. */
final class DescriptorShortage {
  private static final int BOUND = 10_000;

  private DescriptorShortage() {}

  public static void main(String[] args) throws IOException {
    long self = ProcessHandle.current().pid();
    // Once before, as loading a class takes a descriptor too.
    outcome(() -> ProcStat.read(self));
    outcome(() -> ProcStat.pids());
    outcome(() -> ProcStat.read(Integer.MAX_VALUE));
    outcome(() -> {
      throw new UncheckedIOException(new IOException());
    });
    List<FileInputStream> open = useUp();
    String read = outcome(() -> ProcStat.read(self));
    String pids = outcome(() -> ProcStat.pids());
    String vanished = outcome(() -> ProcStat.read(Integer.MAX_VALUE));
    for (FileInputStream in : open) {
      in.close();
    }
    System.out.println("read " + read + "\npids " + pids + "\nvanished " + vanished);
  }

  private static List<FileInputStream> useUp() {
    List<FileInputStream> open = new ArrayList<>();
    try {
      for (int i = 0; i < BOUND; i++) {
        open.add(new FileInputStream("/dev/null"));
      }
    } catch (IOException e) {
      return open;
    }
    throw new IllegalStateException("the limit was not set");
  }

  private static String outcome(Supplier<Object> look) {
    try {
      return look.get() == null ? "null" : "value";
    } catch (UncheckedIOException e) {
      return "error";
    }
  }
}
