package dev.brood.bench.contest;

import java.io.FileInputStream;
import java.util.ArrayList;
import java.util.List;

/** Spawn, capture and reap with few descriptors open, then with {@code more} of them. */
record DescriptorsRound(Launcher launcher, int count, int more, List<String> argv)
    implements Round {

  @Override
  public Figures run() throws Exception {
    double few = median();
    double many;
    List<FileInputStream> opened = new ArrayList<>(more);
    try {
      for (int i = 0; i < more; i++) {
        opened.add(new FileInputStream("/dev/null"));
      }
      many = median();
    } finally {
      for (FileInputStream stream : opened) {
        stream.close();
      }
    }
    return new Figures().with("few_us", few).with("many_us", many).with("growth_us", many - few);
  }

  private double median() throws Exception {
    return Meter.percentile(SpawnRound.sample(launcher, count, argv), 0.5) / 1e3;
  }
}
