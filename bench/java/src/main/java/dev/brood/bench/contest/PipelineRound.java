package dev.brood.bench.contest;

import java.util.List;

/** {@code head -c BYTES /dev/zero | cat | tr a b | wc -c}. */
record PipelineRound(Launcher launcher, String bytes) implements Round {

  @Override
  public Figures run() throws Exception {
    List<List<String>> commands =
        List.of(
            List.of("head", "-c", bytes, "/dev/zero"),
            List.of("cat"),
            List.of("tr", "a", "b"),
            List.of("wc", "-c"));
    long begin = System.nanoTime();
    long cpu = Meter.cpuNanos();
    String counted = launcher.pipeline(commands);
    if (!counted.equals(bytes)) {
      throw new IllegalStateException("counted " + counted + " of " + bytes + " bytes");
    }
    return new Figures()
        .with("wall_s", (System.nanoTime() - begin) / 1e9)
        .with("cpu_s", (Meter.cpuNanos() - cpu) / 1e9);
  }
}
