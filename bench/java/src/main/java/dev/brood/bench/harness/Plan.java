package dev.brood.bench.harness;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * All that can be measured on this machine.
 *
 * @param measures in the order of the page
 * @param leftOut what cannot be measured here, with the reason
 */
record Plan(List<Measure> measures, List<String> leftOut) {
  private static final int SLOT_BYTES = 4096;

  static Plan make(Tools tools, boolean quick) throws IOException {
    ScaleMeasures scale = new ScaleMeasures(tools, quick);
    List<Measure> measures = new ArrayList<>(new SpawnMeasures(tools, quick).all(slot()));
    measures.addAll(scale.all());
    measures.addAll(new FlowMeasures(tools, quick).all());
    measures.addAll(new ChannelMeasures(tools, quick).all());
    measures.addAll(new SuperviseMeasures(tools, quick).all(slot()));
    measures.addAll(new PoolMeasures(tools, quick).all());
    measures.addAll(new WatchMeasures(tools, quick).all());
    List<String> leftOut = new ArrayList<>(scale.leftOut());
    if (!tools.hasC()) {
      leftOut.add(
          "the C contestant, spawn-noop, exit-notice, cli-start, handoff and restart: need gcc");
    }
    if (tools.peers().isEmpty()) {
      leftOut.add("workerpool and jest-worker: need node, and npm's registry once");
    }
    return new Plan(List.copyOf(measures), List.copyOf(leftOut));
  }

  /** A file in which a child leaves a time. */
  private static Path slot() throws IOException {
    Path slot = Files.createTempFile("bench", ".slot");
    slot.toFile().deleteOnExit();
    try (RandomAccessFile file = new RandomAccessFile(slot.toFile(), "rw")) {
      file.setLength(SLOT_BYTES);
    }
    return slot;
  }
}
