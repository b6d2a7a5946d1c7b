package dev.brood.bench.contest;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Many children at once, each with two or three pipes and served by a thread of its own.
 *
 * <p>Resident memory is taken after a full collection, before and while all children live; the
 * young generation has been touched as a whole before, so that it does not count. The probe pauses
 * during that collection: it asks how long the library, not the collector, keeps a virtual thread
 * waiting.
 */
record ManyRound(
    Launcher launcher, ThreadFactory threads, int count, boolean pipedStdin, List<String> argv)
    implements Round {
  private static final long ALL_STARTED_SECONDS = 60;
  private static final int GARBAGE_PIECES = 4096;
  private static final int GARBAGE_BYTES = 64 * 1024;

  @Override
  public Figures run() throws Exception {
    touchYoungGeneration();
    Probe probe = new Probe();
    long resident = residentAfterCollection();
    long before = Meter.status("Threads");
    CountDownLatch started = new CountDownLatch(count);
    long begin = System.nanoTime();
    long cpu = Meter.cpuNanos();
    List<FutureTask<Void>> tasks = Stream.generate(() -> task(started)).limit(count).toList();
    tasks.forEach(task -> threads.newThread(task).start());
    started.await(ALL_STARTED_SECONDS, TimeUnit.SECONDS);
    double startedSeconds = (System.nanoTime() - begin) / 1e9;
    probe.pause(true);
    double more = residentAfterCollection() - resident;
    probe.pause(false);
    for (FutureTask<Void> task : tasks) {
      task.get();
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    probe.finish();
    return new Figures()
        .with("wall_s", seconds)
        .with("started_s", startedSeconds)
        .with("threads_more", probe.mostThreads() - before)
        .with("kib_per_child", more / count)
        .with("longest_wait_ms", probe.longestMillis())
        .with("cpu_s", (Meter.cpuNanos() - cpu) / 1e9);
  }

  private FutureTask<Void> task(CountDownLatch started) {
    return new FutureTask<>(() -> {
      launcher.converse(argv, pipedStdin, started::countDown);
      return null;
    });
  }

  private static void touchYoungGeneration() {
    byte[][] kept = new byte[1][];
    for (int i = 0; i < GARBAGE_PIECES; i++) {
      kept[0] = new byte[GARBAGE_BYTES];
    }
  }

  private static long residentAfterCollection() throws IOException {
    System.gc();
    return Meter.status("VmRSS");
  }
}
