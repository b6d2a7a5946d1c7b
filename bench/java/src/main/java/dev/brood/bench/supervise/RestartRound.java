package dev.brood.bench.supervise;

import dev.brood.bench.contest.Figures;
import dev.brood.bench.contest.Meter;
import dev.brood.bench.contest.Round;
import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import dev.brood.workers.supervise.Backoff;
import dev.brood.workers.supervise.ChildSpec;
import dev.brood.workers.supervise.RunningSupervisor;
import dev.brood.workers.supervise.Strategy;
import dev.brood.workers.supervise.Supervisor;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * From the SIGKILL of a supervised child to the main() of the next one, which leaves the time of
 * CLOCK_MONOTONIC and its pid in a mapped file.
 */
public record RestartRound(int count, Path file, List<String> argv) implements Round {
  private static final String ID = "child";
  private static final int SLOT_BYTES = 2 * Long.BYTES;
  private static final long LIMIT_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long LOOK_NANOS = 100_000;

  @Override
  public Figures run() throws Exception {
    long[] times = new long[count];
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MappedByteBuffer slot = channel.map(FileChannel.MapMode.READ_ONLY, 0, SLOT_BYTES);
      slot.order(ByteOrder.nativeOrder());
      long begin = System.nanoTime();
      try (RunningSupervisor running = supervisor().start()) {
        awaitStart(slot, begin);
        for (int i = 0; i < count; i++) {
          Child child = process(running, slot.getLong(Long.BYTES));
          long killed = System.nanoTime();
          child.signal(Signal.KILL);
          times[i] = awaitStart(slot, killed) - killed;
        }
      }
    }
    return new Figures()
        .with("p50_us", Meter.percentile(times, 0.5) / 1e3)
        .with("p99_us", Meter.percentile(times, 0.99) / 1e3);
  }

  private Supervisor supervisor() {
    Command command =
        Command.of(argv.getFirst())
            .args(argv.subList(1, argv.size()))
            .stdout(Stdio.none())
            .stderr(Stdio.none());
    return Supervisor.of(Strategy.ONE_FOR_ONE)
        .intensity(count, Duration.ofMillis(1))
        .child(ID, ChildSpec.of(command).backoff(Backoff.none()));
  }

  private static long awaitStart(MappedByteBuffer slot, long after) {
    long end = System.nanoTime() + LIMIT_NANOS;
    while (slot.getLong(0) <= after) {
      pause(end);
    }
    return slot.getLong(0);
  }

  /** The supervisor may learn of a start later than the child itself. */
  private static Child process(RunningSupervisor running, long pid) {
    long end = System.nanoTime() + LIMIT_NANOS;
    while (true) {
      Child child = running.process(ID).orElse(null);
      if (child != null && child.pid() == pid) {
        return child;
      }
      pause(end);
    }
  }

  private static void pause(long end) {
    if (System.nanoTime() - end > 0) {
      throw new IllegalStateException("the child did not come back");
    }
    LockSupport.parkNanos(LOOK_NANOS);
  }
}
