package dev.brood.workers.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.workers.fork.Fork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers are killed with SIGKILL at random under load. Each call is answered exactly once, with
 * its own answer or with the death of its worker; those that may be repeated are all answered, the
 * others are begun once at most: each worker writes down what it begins.
 */
@Timeout(600)
class KillStormTest {
  private static final Duration SHORT = Duration.ofSeconds(6);
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int CALLERS = 8;
  private static final int MOST_DEATHS = 3;

  private final AtomicBoolean going = new AtomicBoolean(true);
  private final AtomicLong lastCall = new AtomicLong();
  private final Set<Long> answered = ConcurrentHashMap.newKeySet();
  private final Set<Long> died = ConcurrentHashMap.newKeySet();
  private final AtomicLong wrong = new AtomicLong();

  private static boolean mayRepeat(long call) {
    return call % 2 == 0;
  }

  private void caller(WorkerPool<String, Integer> pool) {
    while (going.get()) {
      long call = lastCall.incrementAndGet();
      try {
        Integer pid = pool.call("log " + call, CallOptions.DEFAULT.idempotent(mayRepeat(call)));
        boolean first = pid != null && pid > 0 && answered.add(call);
        wrong.addAndGet(first ? 0 : 1);
      } catch (WorkerDiedException e) {
        boolean right = !mayRepeat(call) || e.deaths() == MOST_DEATHS;
        wrong.addAndGet(right && died.add(call) ? 0 : 1);
      } catch (InterruptedException | RuntimeException e) {
        wrong.incrementAndGet();
        throw new IllegalStateException(e);
      }
    }
  }

  /** No faster than calls are answered: on a slow machine there would be nothing but deaths. */
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
      if (pid.isPresent() && answered.size() > kills + 1) {
        ProcessHandle.of(pid.getAsLong()).ifPresent(ProcessHandle::destroyForcibly);
        kills++;
      }
    }
    return kills;
  }

  private void storm(Duration length, Path log) throws InterruptedException, IOException {
    Fork worker = Workers.shell().command(command -> command.env("LOG", log.toString()));
    PoolSpec<String, Integer> spec =
        WorkerPool.<String, Integer>of(worker, Integer.class)
            .size(3)
            .ahead(4)
            .poisonAfter(MOST_DEATHS)
            .giveUpAfter(1_000);
    try (WorkerPool<String, Integer> pool = spec.open()) {
      List<Thread> callers =
          IntStream.range(0, CALLERS)
              .mapToObj(number -> Thread.ofVirtual().start(() -> caller(pool)))
              .toList();
      long kills = killer(pool, length);
      going.set(false);
      for (Thread caller : callers) {
        assertThat(caller.join(Workers.LIMIT)).as("a call was never answered").isTrue();
      }
      assertThat(kills).isPositive();
      assertThat(died).as("no more calls than kills").hasSizeLessThanOrEqualTo((int) kills);
      assertThat(answered).hasSizeGreaterThan((int) kills);
      assertThat(pool.call("pid")).as("still serving").isPositive();
    }
    assertThat(wrong.get()).isZero();
    assertThat(answered.size() + died.size()).isEqualTo((int) lastCall.get());
    checkExecutions(log);
  }

  private void checkExecutions(Path log) throws IOException {
    Map<Long, Long> begun;
    try (Stream<String> lines = Files.lines(log)) {
      begun = lines.collect(Collectors.groupingBy(Long::valueOf, Collectors.counting()));
    }
    assertThat(answered).as("answered by nobody").allMatch(begun::containsKey);
    assertThat(begun.keySet().stream().filter(call -> !mayRepeat(call) && begun.get(call) > 1))
        .as("begun twice")
        .isEmpty();
    assertThat(begun.values()).as("times begun").allMatch(times -> times <= MOST_DEATHS);
  }

  @Test
  @Tag("slow")
  void storm_someSeconds_noCallIsLost(@TempDir Path directory) throws Exception {
    storm(SHORT, directory.resolve("begun"));
  }

  @Test
  @Tag("soak")
  void storm_oneMinute_noCallIsLost(@TempDir Path directory) throws Exception {
    storm(LONG, directory.resolve("begun"));
  }
}
