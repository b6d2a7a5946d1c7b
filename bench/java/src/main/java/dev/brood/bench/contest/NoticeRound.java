package dev.brood.bench.contest;

import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * From a child's last instruction to the moment in which its parent knows. The child leaves
 * CLOCK_MONOTONIC in a mapped file; HotSpot's {@link System#nanoTime()} reads the same clock on
 * Linux.
 */
record NoticeRound(Launcher launcher, int count, Path file, List<String> argv) implements Round {

  @Override
  public Figures run() throws Exception {
    long[] times = new long[count];
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MappedByteBuffer slot = channel.map(FileChannel.MapMode.READ_ONLY, 0, Long.BYTES);
      slot.order(ByteOrder.nativeOrder());
      for (int i = 0; i < count; i++) {
        long noticed = launcher.noticeExit(argv);
        times[i] = noticed - slot.getLong(0);
      }
    }
    return new Figures()
        .with("p50_us", Meter.percentile(times, 0.5) / 1e3)
        .with("p99_us", Meter.percentile(times, 0.99) / 1e3);
  }
}
