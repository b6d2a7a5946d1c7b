package dev.brood.workers.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Command;
import dev.brood.testkit.Census;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.pool.PoolEvent.Retirement;
import dev.brood.workers.supervise.Backoff;
import dev.brood.workers.watch.Admission;
import dev.brood.workers.watch.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** When workers are started, replaced and sent away. */
@Timeout(120)
@ExtendWith(Census.Extension.class)
class WorkersComeAndGoTest {
  private final List<PoolEvent> events = new CopyOnWriteArrayList<>();

  private PoolSpec<String, Integer> pool(Fork worker) {
    return WorkerPool.<String, Integer>of(worker, Integer.class).listener(events::add);
  }

  private PoolSpec<String, Integer> shells() {
    return pool(Workers.shell());
  }

  private static long serving(WorkerPool<?, ?> pool) {
    return pool.workers().stream().filter(worker -> worker.phase() == Worker.Phase.SERVING).count();
  }

  @Test
  void spares_oneIsKeptWarm_alsoWhileOthersWork(@TempDir Path directory) throws Exception {
    Path gate = directory.resolve("gate");
    PoolSpec<String, Integer> spec = pool(Workers.gated(gate)).size(0, 3).spares(1);
    try (WorkerPool<String, Integer> pool = spec.open()) {
      Workers.await("one is up although nobody has called", () -> serving(pool) == 1);
      CompletableFuture<@Nullable Integer> busy = pool.submit("gate");
      Workers.await(
          "one has nothing to do beside one that has",
          () ->
              pool.workers().stream().anyMatch(worker -> worker.running() == 1)
                  && pool.workers().stream()
                      .anyMatch(worker ->
                          worker.phase() == Worker.Phase.SERVING && worker.running() == 0));
      Files.createFile(gate);
      assertThat(busy.get(60, TimeUnit.SECONDS)).isPositive();
      assertThat(pool.workers()).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void admission_refuses_callsWaitForTheWorkersThereAre() throws Exception {
    Admission full =
        kind ->
            new Admission.Refused(
                List.of(new Refusal(Refusal.Reason.MEMORY, "too little")), Duration.ofMillis(50));
    PoolSpec<String, Integer> spec =
        shells().size(1, 4).growAfter(Duration.ofMillis(1)).admission(full, "test");
    try (WorkerPool<String, Integer> pool = spec.open()) {
      List<@Nullable Integer> pids =
          pool.inOrder(IntStream.range(0, 6).mapToObj(i -> "nap").toList()).toList();
      assertThat(new HashSet<>(pids)).as("the minimum is never refused, more is").hasSize(1);
    }
    assertThat(events).anyMatch(event -> event instanceof PoolEvent.GrowthRefused);
  }

  @Test
  void recycling_afterAge_theNextIsUpBeforeOneGoes() {
    PoolSpec<String, Integer> spec =
        shells().size(1).recycling(Recycling.NEVER.afterAge(Duration.ofMillis(300)));
    try (WorkerPool<String, Integer> pool = spec.open()) {
      Workers.await("two were replaced", () -> events.contains(retired(2)));
      assertThat(pool.waiting()).isZero();
    }
    assertThat(events.indexOf(new PoolEvent.WorkerReady(2, 0)))
        .isPositive()
        .isLessThan(events.indexOf(retired(1)));
    assertThat(events.indexOf(new PoolEvent.WorkerReady(3, 0)))
        .isLessThan(events.indexOf(retired(2)));
  }

  private static PoolEvent retired(int worker) {
    return new PoolEvent.WorkerRetired(worker, Retirement.AGE);
  }

  @Test
  void recycling_afterCalls_noWorkerGetsMore() throws InterruptedException {
    PoolSpec<String, Integer> spec = shells().size(2).ahead(3);
    try (WorkerPool<String, Integer> pool = spec.recycling(Recycling.NEVER.afterCalls(5)).open()) {
      List<@Nullable Integer> pids =
          pool.inOrder(IntStream.range(0, 40).mapToObj(i -> "pid").toList()).toList();
      for (Integer pid : Set.copyOf(pids)) {
        assertThat(pids.stream().filter(pid::equals)).hasSizeLessThanOrEqualTo(5);
      }
    }
  }

  @Test
  void starts_failOneAfterTheOther_areTriedEverMoreRarely() {
    Fork broken = Fork.of(Command.of("sh", "-c", "echo bad >&2; exit 4")).command(Workers::quiet);
    PoolSpec<String, Integer> spec =
        pool(broken)
            .size(1)
            .awaitReady(Workers.LIMIT)
            .giveUpAfter(4)
            .backoff(
                Backoff.exponential(Duration.ofMillis(20), Duration.ofSeconds(10)).fastFirst());
    try (WorkerPool<String, Integer> pool = spec.open()) {
      assertThatThrownBy(() -> pool.call("pid"))
          .isInstanceOf(WorkerStartException.class)
          .hasMessageContaining("exit code 4");
    }
    List<PoolEvent.StartFailed> failed = new ArrayList<>();
    for (PoolEvent event : events) {
      assertThat(event).as("none was used").isNotInstanceOf(PoolEvent.WorkerReady.class);
      if (event instanceof PoolEvent.StartFailed one) {
        failed.add(one);
      }
    }
    assertThat(failed).extracting(PoolEvent.StartFailed::failures).startsWith(1, 2, 3, 4);
    assertThat(failed.getFirst().pause()).as("the first is tried again at once").isZero();
    assertThat(failed.get(3).pause()).isPositive();
  }

  @Test
  void worker_failsMuchFasterThanOthersAnswer_getsNoMoreCalls(@TempDir Path directory)
      throws InterruptedException {
    String script =
        """
        mkdir MARK 2>&- && broken=yes
        while read -r line <&3; do
          id=${line#*'"id":'}
          id=${id%%[!0-9]*}
          if [ $broken ]; then
            echo '{"brood":"reply","id":'$id',"error":{"message":"broken"}}' >&3
          else
            sleep 0.2
            echo '{"brood":"reply","id":'$id',"body":1}' >&3
          fi
        done
        """;
    String own = script.replace("MARK", directory.resolve("mark").toString());
    try (WorkerPool<String, Integer> pool =
        pool(Fork.of(Command.of("sh", "-c", own))).size(2).open()) {
      boolean found = false;
      for (int i = 0; i < 20 && !found; i++) {
        List<String> inputs = IntStream.range(0, 8).mapToObj(each -> "work").toList();
        List<Completed<String, Integer>> unused = pool.asCompleted(inputs).toList();
        found =
            events.stream()
                .anyMatch(event ->
                    event instanceof PoolEvent.WorkerRetired retired
                        && retired.why() == Retirement.FAILS_FAST);
      }
      assertThat(found).isTrue();
    }
  }

  @Test
  void asCompleted_aLongOneFirst_comesLast(@TempDir Path directory) throws Exception {
    Path gate = directory.resolve("gate");
    try (WorkerPool<String, Integer> pool = pool(Workers.gated(gate)).size(2).open();
        Stream<Completed<String, Integer>> answers =
            pool.asCompleted(List.of("gate", "pid", "pid"))) {
      Iterator<String> inputs = answers.map(Completed::input).iterator();
      assertThat(inputs.next()).isEqualTo("pid");
      assertThat(inputs.next()).isEqualTo("pid");
      Files.createFile(gate);
      assertThat(inputs.next()).isEqualTo("gate");
      assertThat(inputs.hasNext()).isFalse();
    }
  }
}
