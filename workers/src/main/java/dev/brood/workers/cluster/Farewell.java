package dev.brood.workers.cluster;

import dev.brood.process.StopReport;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Sends workers away: told first, then SIGTERM, then SIGKILL. Several at once. */
final class Farewell {
  /** How long it takes at most to put away what a dead worker has left. */
  private static final Duration TIDY_LIMIT = Duration.ofSeconds(10);

  private final Primary primary;
  private final Duration killGrace;
  private final Map<Integer, WorkerEnding> endings = new ConcurrentHashMap<>();
  private final Map<Integer, Thread> threads = new LinkedHashMap<>();

  Farewell(Primary primary, Duration killGrace) {
    this.primary = primary;
    this.killGrace = killGrace;
  }

  /** Begins to send workers away; {@code drain} is what they may take to go by themselves. */
  void begin(Collection<ClusterWorker> workers, Duration drain) {
    workers.forEach(ClusterWorker::expectEnd);
    for (ClusterWorker worker : workers) {
      primary.disconnect(worker.member());
      threads.computeIfAbsent(
          worker.id(),
          id ->
              Thread.ofVirtual()
                  .name(worker.name() + "-farewell")
                  .start(() -> endings.put(id, end(worker, drain))));
    }
  }

  /**
   * Waits until all are gone. An interrupt does not cut it short, but the workers' own time to go;
   * it stays set.
   */
  Map<Integer, WorkerEnding> await() {
    boolean interrupted = false;
    for (Thread thread : List.copyOf(threads.values())) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
          threads.values().forEach(Thread::interrupt);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return Map.copyOf(endings);
  }

  private WorkerEnding end(ClusterWorker worker, Duration drain) {
    try {
      if (worker.awaitOver(drain)) {
        return WorkerEnding.BY_ITSELF;
      }
    } catch (InterruptedException e) {
      // Somebody is in a hurry: on to the signals.
    }
    StopReport report = worker.child().child().stop(killGrace);
    tidy(worker);
    if (report.alreadyEnded()) {
      return WorkerEnding.BY_ITSELF;
    }
    return report.forced() ? WorkerEnding.KILLED : WorkerEnding.TERMINATED;
  }

  private static void tidy(ClusterWorker worker) {
    long end = System.nanoTime() + TIDY_LIMIT.toNanos();
    while (true) {
      try {
        boolean unused = worker.awaitOver(Duration.ofNanos(end - System.nanoTime()));
        return;
      } catch (InterruptedException e) {
        // Bounded, and on a thread of its own.
      }
    }
  }
}
