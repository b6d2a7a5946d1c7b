package dev.brood.examples;

import dev.brood.process.Command;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.pool.CallOptions;
import dev.brood.workers.pool.Completed;
import dev.brood.workers.pool.PoolChild;
import dev.brood.workers.pool.PoolSpec;
import dev.brood.workers.pool.Recycling;
import dev.brood.workers.pool.WorkerDiedException;
import dev.brood.workers.pool.WorkerPool;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Work for all processors, in processes of their own. */
final class CpuPool {
  private CpuPool() {}

  // snippet: input
  record Range(long from, long to) {}

  static long primes(Range range) {
    return LongStream.range(range.from(), range.to())
        .filter(
            n -> n > 1 && LongStream.rangeClosed(2, (long) Math.sqrt(n)).allMatch(d -> n % d > 0))
        .count();
  }

  // end

  // snippet: child
  static final class PrimeWorker {
    public static void main(String[] args) throws InterruptedException {
      PoolChild.serve(Range.class, CpuPool::primes);
    }
  }

  // end

  // snippet: shell
  private static final String WORKER =
      """
      while read -r line <&3; do
        id=${line#*'"id":'}; id=${id%%[!0-9]*}
        case $line in *crash*) echo 'out of luck' >&2; exit 3 ;; esac
        echo '{"brood":"reply","id":'$id',"body":"done"}' >&3
      done
      """;

  // end

  public static void main(String[] args) throws InterruptedException {
    List<Range> ranges =
        IntStream.range(0, 20).mapToObj(i -> new Range(i * 10_000L, (i + 1) * 10_000L)).toList();
    allCores(ranges);
    ownProgram(ranges);
    crash();
  }

  private static void allCores(List<Range> ranges) {
    // snippet: lambda
    PoolSpec<Range, Long> spec =
        WorkerPool.java(Range.class, Long.class, range -> primes(range))
            .program(fork -> fork.runtimeArguments("-Xmx100m"));
    try (WorkerPool<Range, Long> pool = spec.open()) { // one JVM for each processor
      long sum = pool.inOrder(ranges).mapToLong(count -> count).sum();
      System.out.println(sum + " primes below 200,000");
    }
    // end
  }

  private static void ownProgram(List<Range> ranges) throws InterruptedException {
    // snippet: program
    Fork worker = Fork.java(PrimeWorker.class).runtimeArguments("-Xmx100m");
    PoolSpec<Range, Long> spec =
        WorkerPool.<Range, Long>of(worker, Long.class)
            .size(1, 4) // one more when a call has waited for 50 ms
            .awaitReady(Duration.ofSeconds(30))
            .recycling(Recycling.NEVER.afterCalls(1_000).aboveResidentBytes(300_000_000));
    try (WorkerPool<Range, Long> pool = spec.open()) {
      CallOptions options = CallOptions.DEFAULT.deadline(Duration.ofSeconds(30)).idempotent(true);
      System.out.println(pool.call(new Range(0, 100), options) + " primes below 100");
      long sum = 0;
      for (Completed<Range, Long> one : pool.asCompleted(ranges).toList()) {
        switch (one) {
          case Completed.Answered<Range, Long>(Range range, Long count) -> sum += count;
          case Completed.Failed<Range, Long>(Range range, RuntimeException reason) -> throw reason;
        }
      }
      System.out.println(sum + " again, each as soon as it was there");
    }
    // end
  }

  private static void crash() throws InterruptedException {
    // snippet: crash
    Fork worker = Fork.of(Command.of("sh", "-c", WORKER));
    try (WorkerPool<String, String> pool =
        WorkerPool.<String, String>of(worker, String.class).size(2).open()) {
      try {
        pool.call("crash");
      } catch (WorkerDiedException e) {
        System.out.println(e.exit().orElseThrow() + ": " + e.stderr().strip());
      }
      System.out.println(pool.call("work"));
    }
    // end
  }
}
