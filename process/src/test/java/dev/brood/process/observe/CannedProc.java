package dev.brood.process.observe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory that looks like {@code /proc}, as far as a test fills it. */
final class CannedProc {
  /** Boot time of the machine that is played, in seconds of the epoch. */
  static final long BOOT = 1_700_000_000L;

  /** Unlike those of any machine the tests run on, so that a fixed figure would show. */
  static final int TICKS_PER_SECOND = 250;

  static final int PAGE_BYTES = 16_384;

  final Path root;
  private final Path passwd;

  CannedProc(Path directory) throws IOException {
    root = Files.createDirectory(directory.resolve("proc"));
    passwd = directory.resolve("passwd");
    Files.writeString(passwd, "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/:/bin/sh\n");
    write("stat", "cpu  1 2 3\ncpu0 1 2 3\ncpu1 1 2 3\ncpu2 1 2 3\nintr 5\nbtime " + BOOT + "\n");
    write("uptime", "1000.25 1500.00\n");
    ByteBuffer vector = ByteBuffer.allocate(6 * Long.BYTES).order(ByteOrder.nativeOrder());
    vector.putLong(6).putLong(PAGE_BYTES).putLong(17).putLong(TICKS_PER_SECOND);
    Files.createDirectory(root.resolve("self"));
    Files.write(root.resolve("self/auxv"), vector.array());
  }

  ProcReader reader() {
    return new ProcReader(root, passwd, () -> 123);
  }

  Path passwd() {
    return passwd;
  }

  void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** A process with the files that everybody may read. */
  void process(long pid, long parent, String name, String commandLine) throws IOException {
    stat(pid, parent, name);
    write(pid + "/cmdline", commandLine);
    write(pid + "/status", "Name:\t" + name + "\nUid:\t0\t1000\t0\t0\nThreads:\t3\n");
  }

  /** Only the first file of a process: it vanishes before the others are read. */
  void stat(long pid, long parent, String name) throws IOException {
    write(
        pid + "/stat",
        "%d (%s) S %d 8 9 0 -1 0 1 2 3 4 500 125 6 7 20 0 3 0 1001 1048576 10 0 0 0 0 0 0 0\n"
            .formatted(pid, name, parent));
  }
}
