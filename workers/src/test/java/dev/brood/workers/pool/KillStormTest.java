package dev.brood.workers.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Workers are killed with SIGKILL at random under load. Each call is answered exactly once, with
 * its own answer or with the death of its worker; those that may be repeated are all answered.
 */
@Timeout(600)
class KillStormTest {
  private static final Duration SHORT = Duration.ofSeconds(6);
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int CALLERS = 8;

  private final AtomicBoolean going = new AtomicBoolean(true);
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong died = new AtomicLong();
  private final AtomicLong wrong = new AtomicLong();

  private void caller(WorkerPool<String, Integer> pool, int number) {
    CallOptions options = CallOptions.DEFAULT.idempotent(number % 2 == 0);
    while (going.get()) {
      try {
        @Nullable Integer pid = pool.call("pid", options);
        (pid != null && pid > 0 ? answered : wrong).incrementAndGet();
      } catch (WorkerDiedException e) {
        (options.idempotent() && e.deaths() < 3 ? wrong : died).incrementAndGet();
      } catch (InterruptedException | RuntimeException e) {
        wrong.incrementAndGet();
        throw new IllegalStateException(e);
      }
    }
  }

  private long killer(WorkerPool<String, Integer> pool, Duration length) {
    long kills = 0;
    long end = System.nanoTime() + length.toNanos();
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(1, 40) * 1_000_000);
      List<Worker> workers = pool.workers();
      OptionalLong pid =
          workers.isEmpty()
              ? OptionalLong.empty()
              : workers.get(ThreadLocalRandom.current().nextInt(workers.size())).pid();
      if (pid.isPresent()) {
        ProcessHandle.of(pid.getAsLong()).ifPresent(ProcessHandle::destroyForcibly);
        kills++;
      }
    }
    return kills;
  }

  private void storm(Duration length) throws InterruptedException {
    PoolSpec<String, Integer> spec =
        WorkerPool.<String, Integer>of(Workers.shell(), Integer.class)
            .size(3)
            .ahead(4)
            .giveUpAfter(1_000);
    try (WorkerPool<String, Integer> pool = spec.open()) {
      List<Thread> callers =
          IntStream.range(0, CALLERS)
              .mapToObj(number -> Thread.ofVirtual().start(() -> caller(pool, number)))
              .toList();
      long kills = killer(pool, length);
      going.set(false);
      for (Thread caller : callers) {
        assertThat(caller.join(Workers.LIMIT)).as("a call was never answered").isTrue();
      }
      assertThat(kills).isPositive();
      assertThat(died.get()).as("no more calls than kills").isLessThanOrEqualTo(kills);
      assertThat(wrong.get()).isZero();
      assertThat(answered.get()).isGreaterThan(kills);
      assertThat(pool.call("pid")).as("still serving").isPositive();
    }
  }

  @Test
  @Tag("slow")
  void storm_someSeconds_noCallIsLost() throws InterruptedException {
    storm(SHORT);
  }

  @Test
  @Tag("soak")
  void storm_oneMinute_noCallIsLost() throws InterruptedException {
    storm(LONG);
  }
}
