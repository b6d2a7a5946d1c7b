package dev.brood.process.observe;

import dev.brood.process.internal.linux.ProcFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Two figures that the kernel hands to each process in its auxiliary vector (getauxval(3)).
 *
 * @param ticksPerSecond the unit of times in {@code /proc} (AT_CLKTCK); 100 on all ports of Linux
 *     that Brood runs on
 * @param pageBytes size of a memory page (AT_PAGESZ); 4096 on x86-64, 4096 to 65536 on aarch64
 */
record KernelConstants(long ticksPerSecond, long pageBytes) {
  /** TASK_COMM_LEN of the kernel without the final NUL. */
  static final int NAME_LIMIT_BYTES = 15;

  private static final int AT_PAGESZ = 6;
  private static final int AT_CLKTCK = 17;

  /** Reads {@code self/auxv} below {@code root}: pairs of machine words, ended by a zero pair. */
  static KernelConstants read(String root) {
    long ticks = 100;
    long page = 4096;
    byte[] vector = ProcFile.readAll(root + "/self/auxv");
    ByteBuffer words = ByteBuffer.wrap(vector == null ? new byte[0] : vector);
    words.order(ByteOrder.nativeOrder());
    while (words.remaining() >= 2 * Long.BYTES) {
      long type = words.getLong();
      long value = words.getLong();
      if (type == AT_CLKTCK && value > 0) {
        ticks = value;
      } else if (type == AT_PAGESZ && value > 0) {
        page = value;
      }
    }
    return new KernelConstants(ticks, page);
  }
}
