package dev.brood.bench.pool;

import dev.brood.bench.contest.Figures;
import dev.brood.bench.contest.Meter;
import dev.brood.bench.contest.Round;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import dev.brood.workers.pool.WorkerDiedException;
import dev.brood.workers.pool.WorkerPool;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Workers killed while four callers keep two of them at work. Each call takes some milliseconds in
 * which the worker waits, so that it is killed in the middle of one, with few exceptions: then the
 * call goes to another, and nobody is told. What a start takes by itself is measured beside them,
 * under the same load, and so is a death: the kernel takes its time to clear up a large process.
 */
final class KillRound implements Round {
  private static final int WORKERS = 2;
  private static final int CALLERS = 4;
  private static final int CALL_MILLIS = 5;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Fork worker = Fork.node(Adders.script("sleeper.js"));
  private final int kills;

  KillRound(int kills) {
    this.kills = kills;
  }

  /** What a worker takes that is no part of the pool. */
  private record Alone(long startNanos, long deathNanos) {}

  /** Who answered or died, and when. */
  private record Seen(long nanos, int pid) {}

  /** The callers, and what they see. */
  private static final class Load {
    private final WorkerPool<Integer, Integer> pool;
    private final AtomicBoolean going = new AtomicBoolean(true);
    private final AtomicLong unexpected = new AtomicLong();
    private final Set<Integer> known = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Seen> arrivals = new LinkedBlockingQueue<>();
    private final BlockingQueue<Seen> failures = new LinkedBlockingQueue<>();
    private final List<Thread> callers;

    Load(WorkerPool<Integer, Integer> pool) {
      this.pool = pool;
      this.callers =
          IntStream.range(0, CALLERS).mapToObj(i -> Thread.startVirtualThread(this::call)).toList();
    }

    private void call() {
      while (going.get()) {
        try {
          Integer pid = pool.call(CALL_MILLIS);
          if (pid == null) {
            unexpected.incrementAndGet();
          } else if (known.add(pid)) {
            arrivals.add(new Seen(System.nanoTime(), pid));
          }
        } catch (WorkerDiedException e) {
          failures.add(new Seen(System.nanoTime(), 0));
        } catch (InterruptedException | RuntimeException e) {
          unexpected.incrementAndGet();
        }
      }
    }

    void stop() throws InterruptedException {
      going.set(false);
      for (Thread caller : callers) {
        caller.join();
      }
    }
  }

  @Override
  public Figures run() throws InterruptedException {
    long[] told = new long[kills];
    long[] replaced = new long[kills];
    long[] starts = new long[kills];
    long[] deaths = new long[kills];
    long unexpected;
    try (WorkerPool<Integer, Integer> pool =
        WorkerPool.<Integer, Integer>of(worker, Integer.class)
            .size(WORKERS)
            .awaitReady(LIMIT)
            .open()) {
      Load load = new Load(pool);
      for (int i = 0; i < WORKERS; i++) {
        Seen unused = next(load.arrivals);
      }
      for (int i = 0; i < kills; i++) {
        Alone alone = startAndKill();
        starts[i] = alone.startNanos();
        deaths[i] = alone.deathNanos();
        long pid = pool.workers().getFirst().pid().orElseThrow();
        long begin = System.nanoTime();
        boolean sent = ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        replaced[i] = next(load.arrivals).nanos() - begin;
        Seen failure = load.failures.poll();
        told[i] = failure == null ? 0 : failure.nanos() - begin;
        if (!sent) {
          throw new IllegalStateException("not killed: " + pid);
        }
      }
      load.stop();
      unexpected = load.unexpected.get() + load.failures.size();
    }
    double replacement = Meter.percentile(replaced, 0.5) / 1e6;
    double own = Meter.percentile(starts, 0.5) / 1e6;
    return new Figures()
        .with("told_ms", Meter.percentile(told, 0.5) / 1e6)
        .with("told_worst_ms", Meter.percentile(told, 1) / 1e6)
        .with("death_ms", Meter.percentile(deaths, 0.5) / 1e6)
        .with("death_worst_ms", Meter.percentile(deaths, 1) / 1e6)
        .with("replaced_ms", replacement)
        .with("own_ms", own)
        .with("more_ms", replacement - own)
        .with("lost", unexpected);
  }

  /** From its spawn to its first answer, and from SIGKILL until its end is noticed. */
  private Alone startAndKill() throws InterruptedException {
    long begin = System.nanoTime();
    try (ForkedChild child = worker.spawn()) {
      Object ready = child.receive().value();
      Object pid = child.request(CALL_MILLIS, LIMIT).value();
      long answered = System.nanoTime();
      if (ready == null || pid == null) {
        throw new IllegalStateException("it does not answer");
      }
      boolean sent = child.child().signal(Signal.KILL);
      Exit exit = child.await();
      long ended = System.nanoTime();
      if (!sent || !exit.equals(new Exit.Signaled(Signal.KILL, false))) {
        throw new IllegalStateException("not killed: " + exit);
      }
      return new Alone(answered - begin, ended - answered);
    }
  }

  private static Seen next(BlockingQueue<Seen> queue) throws InterruptedException {
    Seen seen = queue.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    if (seen == null) {
      throw new IllegalStateException("nothing within " + LIMIT);
    }
    return seen;
  }
}
