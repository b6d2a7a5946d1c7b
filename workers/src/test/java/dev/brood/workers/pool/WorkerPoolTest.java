package dev.brood.workers.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.observe.ProcessInfo;
import dev.brood.process.observe.ProcessState;
import dev.brood.workers.fork.Fork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pool of small shell workers: what callers see when all goes well, and when it does not. */
@Timeout(120)
class WorkerPoolTest {
  private static PoolSpec<String, Integer> shells(int workers) {
    return WorkerPool.<String, Integer>of(Workers.shell(), Integer.class).size(workers);
  }

  private static int pid(@Nullable Integer answer) {
    assertThat(answer).isNotNull();
    return answer;
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).isPresent();
  }

  private static boolean isStopped(long pid) {
    return ProcessInfo.of(pid).filter(info -> info.state() == ProcessState.STOPPED).isPresent();
  }

  @Test
  void call_manyInTurn_areAnsweredByTheSameWorker() throws InterruptedException {
    try (WorkerPool<String, Integer> pool = shells(1).open()) {
      Set<Integer> pids = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        pids.add(pid(pool.call("pid")));
      }
      assertThat(pids).hasSize(1);
      assertThat(pool.workers())
          .singleElement()
          .satisfies(worker -> {
            assertThat(worker.calls()).isEqualTo(20);
            assertThat(worker.phase()).isEqualTo(Worker.Phase.SERVING);
          });
    }
  }

  @Test
  void call_workerSaysOtherThings_getsItsAnswer() throws InterruptedException {
    try (WorkerPool<String, Integer> pool = shells(1).open()) {
      assertThat(pool.call("noise")).isEqualTo(pool.call("pid"));
    }
  }

  @Test
  void call_workerCrashes_failsWithExitAndStderrAndTheNextIsAnswered() throws InterruptedException {
    try (WorkerPool<String, Integer> pool = shells(1).open()) {
      int first = pid(pool.call("pid"));
      assertThatThrownBy(() -> pool.call("crash"))
          .isInstanceOfSatisfying(
              WorkerDiedException.class,
              died -> {
                assertThat(died.exit()).contains(new Exit.Exited(3));
                assertThat(died.stderr()).contains("about to crash");
                assertThat(died).hasMessageContaining("exit code 3").hasMessageContaining("about");
              });
      assertThat(pid(pool.call("pid"))).isNotEqualTo(first);
    }
  }

  @Test
  void call_workerClosesItsChannelAndStays_failsAndTheWorkerIsStopped()
      throws InterruptedException {
    try (WorkerPool<String, Integer> pool = shells(1).open()) {
      int first = pid(pool.call("pid"));
      assertThatThrownBy(() -> pool.call("close")).isInstanceOf(WorkerDiedException.class);
      assertThat(pid(pool.call("pid"))).isNotEqualTo(first);
      Workers.await("it is stopped", () -> !isAlive(first));
    }
  }

  @Test
  void call_workerAnswersWithAnError_failsAndTheWorkerLivesOn() throws InterruptedException {
    try (WorkerPool<String, Integer> pool = shells(1).open()) {
      int first = pid(pool.call("pid"));
      assertThatThrownBy(() -> pool.call("error"))
          .isInstanceOfSatisfying(
              CallFailedException.class,
              failed -> assertThat(failed.workerMessage()).isEqualTo("on purpose"));
      assertThat(pool.call("pid")).isEqualTo(first);
    }
  }

  @Test
  void call_idempotentAndWorkersDieOfIt_isSetAsideAfterSome() throws InterruptedException {
    LinkedBlockingQueue<PoolEvent> events = new LinkedBlockingQueue<>();
    try (WorkerPool<String, Integer> pool = shells(1).listener(events::add).open()) {
      assertThatThrownBy(() -> pool.call("crash", CallOptions.DEFAULT.idempotent(true)))
          .isInstanceOfSatisfying(
              WorkerDiedException.class, died -> assertThat(died.deaths()).isEqualTo(3));
      assertThat(pool.call("pid")).isPositive();
    }
    Workers.await("it is told", () -> events.contains(new PoolEvent.CallPoisoned("crash", 3)));
  }

  @Test
  void call_idempotentAndWorkerIsKilledFromOutside_isRetriedLater(@TempDir Path directory)
      throws Exception {
    LinkedBlockingQueue<PoolEvent> events = new LinkedBlockingQueue<>();
    Path gate = directory.resolve("gate");
    PoolSpec<String, Integer> spec =
        WorkerPool.<String, Integer>of(Workers.gated(gate), Integer.class).size(1);
    try (WorkerPool<String, Integer> pool = spec.listener(events::add).open()) {
      int first = pid(pool.call("pid"));
      CompletableFuture<@Nullable Integer> waits =
          pool.submit("gate", CallOptions.DEFAULT.idempotent(true));
      ProcessHandle worker = ProcessHandle.of(first).orElseThrow();
      Workers.await("it is at it", () -> worker.children().findAny().isPresent());
      Command.of("kill", "-9", String.valueOf(first)).run();
      Files.createFile(gate);
      assertThat(waits.get(60, TimeUnit.SECONDS)).isNotEqualTo(first);
    }
    assertThat(events)
        .filteredOn(event -> event instanceof PoolEvent.CallRetried)
        .singleElement()
        .satisfies(event -> assertThat(((PoolEvent.CallRetried) event).pause()).isPositive());
  }

  @Test
  void call_workerIsKilledBeforeItHasReadTheCall_isAnsweredByTheNext() throws Exception {
    try (WorkerPool<String, Integer> pool = shells(1).open()) {
      int first = pid(pool.call("pid"));
      Command.of("kill", "-STOP", String.valueOf(first)).run();
      Workers.await("it stands still", () -> isStopped(first));
      CompletableFuture<@Nullable Integer> unread = pool.submit("pid");
      Workers.await("it is sent", () -> pool.workers().getFirst().running() == 1);
      Command.of("kill", "-KILL", String.valueOf(first)).run();
      assertThat(unread.get(60, TimeUnit.SECONDS)).isPositive().isNotEqualTo(first);
    }
  }

  @Test
  void call_pastItsDeadline_failsAndTheWholeTreeOfTheWorkerEnds(@TempDir Path directory)
      throws Exception {
    Path pids = directory.resolve("pids");
    Fork worker = Workers.shell().command(command -> command.env("PIDS", pids.toString()));
    PoolSpec<String, Integer> spec =
        WorkerPool.<String, Integer>of(worker, Integer.class)
            .size(1)
            .grace(Duration.ofSeconds(5), Duration.ofMillis(100));
    try (WorkerPool<String, Integer> pool = spec.open()) {
      int first = pid(pool.call("breed"));
      CallOptions soon = CallOptions.DEFAULT.deadline(Duration.ofMillis(300));
      assertThatThrownBy(() -> pool.call("hang", soon)).isInstanceOf(CallDeadlineException.class);
      assertThat(pid(pool.call("pid"))).isNotEqualTo(first);
      Workers.await("the worker is killed", () -> !isAlive(first));
      long grandchild = Long.parseLong(Files.readString(pids).trim());
      Workers.await("what it started is killed", () -> !isAlive(grandchild));
    }
  }

  @Test
  void submit_cancelled_endsTheWorker() throws Exception {
    try (WorkerPool<String, Integer> pool = shells(1).open()) {
      int first = pid(pool.call("pid"));
      CompletableFuture<@Nullable Integer> waits = pool.submit("hang");
      assertThat(waits.cancel(true)).isTrue();
      Workers.await("the worker ends", () -> !isAlive(first));
      assertThat(pool.call("pid")).isNotEqualTo(first);
    }
  }

  @Test
  void call_interrupted_endsTheWorker() throws Exception {
    try (WorkerPool<String, Integer> pool = shells(1).open()) {
      int first = pid(pool.call("pid"));
      CompletableFuture<Throwable> seen = new CompletableFuture<>();
      Thread caller =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  seen.completeExceptionally(new AssertionError("answered: " + pool.call("hang")));
                } catch (InterruptedException e) {
                  seen.complete(e);
                }
              });
      Workers.await("it runs", () -> pool.workers().getFirst().running() == 1);
      caller.interrupt();
      assertThat(seen.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
      Workers.await("the worker ends", () -> !isAlive(first));
    }
  }

  @Test
  void submit_queueFull_isRejectedOrTakesThePlaceOfTheOldest() throws Exception {
    PoolSpec<String, Integer> spec = shells(1);
    try (WorkerPool<String, Integer> pool = spec.queue(1, WhenQueueFull.REJECT).open()) {
      assertThat(pool.call("pid")).isPositive();
      pool.pause();
      CompletableFuture<@Nullable Integer> waits = pool.submit("pid");
      assertThatThrownBy(() -> pool.call("pid")).isInstanceOf(CallRejectedException.class);
      pool.resume();
      assertThat(waits.get(60, TimeUnit.SECONDS)).isPositive();
    }
    try (WorkerPool<String, Integer> pool = spec.queue(1, WhenQueueFull.DROP_OLDEST).open()) {
      pool.pause();
      CompletableFuture<@Nullable Integer> oldest = pool.submit("pid");
      CompletableFuture<@Nullable Integer> newest = pool.submit("pid");
      assertThatThrownBy(() -> oldest.get(60, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(CallRejectedException.class);
      pool.resume();
      assertThat(newest.get(60, TimeUnit.SECONDS)).isPositive();
    }
  }

  @Test
  void submit_queueFullAndToWait_waitsForRoomOrItsDeadlineOrTheEnd() throws Exception {
    try (WorkerPool<String, Integer> pool = shells(1).queue(1, WhenQueueFull.BLOCK).open()) {
      pool.pause();
      CompletableFuture<@Nullable Integer> first = pool.submit("pid");
      CallOptions soon = CallOptions.DEFAULT.deadline(Duration.ofMillis(200));
      assertThatThrownBy(() -> pool.submit("pid", soon)).isInstanceOf(CallDeadlineException.class);
      CompletableFuture<Integer> second = new CompletableFuture<>();
      Thread caller =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  second.complete(pool.call("pid"));
                } catch (InterruptedException | RuntimeException e) {
                  second.completeExceptionally(e);
                }
              });
      assertThat(second).isNotDone();
      pool.resume();
      assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo(second.get(60, TimeUnit.SECONDS));
      caller.join();
    }
  }

  @Test
  void submit_severalPriorities_areSentInTheirOrder(@TempDir Path directory) throws Exception {
    Path log = directory.resolve("log"); // of the worker: futures tell no order
    Fork worker = Workers.shell().command(command -> command.env("LOG", log.toString()));
    try (WorkerPool<String, Integer> pool =
        WorkerPool.<String, Integer>of(worker, Integer.class).size(1).open()) {
      assertThat(pool.call("pid")).isPositive();
      pool.pause();
      List<CompletableFuture<?>> all = new ArrayList<>();
      for (Priority priority : List.of(Priority.LOW, Priority.NORMAL, Priority.HIGH)) {
        String input = "log " + priority.ordinal();
        all.add(pool.submit(input, CallOptions.DEFAULT.priority(priority)));
      }
      pool.resume();
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    }
    assertThat(Files.readAllLines(log))
        .extracting(line -> Priority.values()[Integer.parseInt(line)])
        .containsExactly(Priority.HIGH, Priority.NORMAL, Priority.LOW);
  }

  @Test
  void recycling_freshProcess_givesEachCallItsOwn() throws InterruptedException {
    try (WorkerPool<String, Integer> pool = shells(2).recycling(Recycling.FRESH).open()) {
      List<String> inputs = IntStream.range(0, 12).mapToObj(i -> "pid").toList();
      List<@Nullable Integer> pids = pool.inOrder(inputs).toList();
      assertThat(pids).hasSize(12).doesNotHaveDuplicates();
    }
  }

  @Test
  void recycling_moreMemoryThanAllowed_replacesTheWorker() throws InterruptedException {
    PoolSpec<String, Integer> spec = shells(1).recycling(Recycling.NEVER.aboveResidentBytes(1));
    try (WorkerPool<String, Integer> pool = spec.open()) {
      int first = pid(pool.call("pid"));
      Workers.await("it is replaced", () -> !isAlive(first));
      assertThat(pool.call("pid")).isNotEqualTo(first);
    }
  }

  @Test
  void size_callsWait_growsToTheMaximumAndShrinksWhenIdle() throws Exception {
    PoolSpec<String, Integer> spec =
        shells(1).size(0, 3).growAfter(Duration.ofMillis(1)).idleLimit(Duration.ofMillis(200));
    try (WorkerPool<String, Integer> pool = spec.open()) {
      assertThat(pool.workers()).isEmpty();
      List<@Nullable Integer> pids =
          pool.inOrder(IntStream.range(0, 12).mapToObj(i -> "nap").toList()).toList();
      assertThat(new HashSet<>(pids)).hasSizeBetween(2, 3);
      Workers.await("nobody is left", () -> pool.workers().isEmpty());
      assertThat(pool.call("pid")).isPositive();
    }
  }

  @Test
  void balancing_byKey_sendsEachKeyToOneWorker() throws InterruptedException {
    try (WorkerPool<String, Integer> pool = shells(3).balancing(Balancing.BY_KEY).open()) {
      for (String key : List.of("a", "b", "c", "d")) {
        Set<Integer> pids = new HashSet<>();
        for (int i = 0; i < 5; i++) {
          pids.add(pid(pool.call("pid", CallOptions.DEFAULT.key(key))));
        }
        assertThat(pids).as(key).hasSize(1);
      }
      assertThatIllegalArgumentException().isThrownBy(() -> pool.call("pid"));
    }
  }

  @Test
  void open_programIsMissing_callsFailSoonWithTheReason() {
    Fork missing = Fork.of(Command.of("/no/such/program"));
    try (WorkerPool<String, Integer> pool =
        WorkerPool.<String, Integer>of(missing, Integer.class).size(2).open()) {
      assertThatThrownBy(() -> pool.call("pid"))
          .isInstanceOf(WorkerStartException.class)
          .hasMessageContaining("/no/such/program");
    }
  }

  @Test
  void open_workerNeverSaysThatItIsReady_isNeverUsed() {
    LinkedBlockingQueue<PoolEvent> events = new LinkedBlockingQueue<>();
    PoolSpec<String, Integer> spec =
        shells(1).awaitReady(Duration.ofMillis(100)).giveUpAfter(2).listener(events::add);
    try (WorkerPool<String, Integer> pool = spec.open()) {
      assertThatThrownBy(() -> pool.call("pid"))
          .isInstanceOf(WorkerStartException.class)
          .hasMessageContaining("not ready within");
    }
    assertThat(events).anyMatch(event -> event instanceof PoolEvent.StartFailed);
  }

  @Test
  void call_inputCannotBeWritten_failsAndNoWorkerIsTouched() throws InterruptedException {
    Fork worker = Workers.shell();
    try (WorkerPool<Object, Integer> pool =
        WorkerPool.<Object, Integer>of(worker, Integer.class).size(1).open()) {
      Integer first = pool.call("pid");
      assertThatThrownBy(() -> pool.call(new Object())).isInstanceOf(CallNotSentException.class);
      assertThat(pool.call("pid")).isEqualTo(first);
    }
  }

  @Test
  void drain_callsUnderWay_areAnsweredAndNewOnesRefused() throws Exception {
    try (WorkerPool<String, Integer> pool = shells(2).open()) {
      List<CompletableFuture<@Nullable Integer>> naps = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        naps.add(pool.submit("nap"));
      }
      assertThat(pool.drain(Workers.LIMIT)).isTrue();
      assertThat(naps).allSatisfy(nap -> assertThat(nap.get(60, TimeUnit.SECONDS)).isPositive());
      assertThatThrownBy(() -> pool.call("pid")).isInstanceOf(PoolClosedException.class);
      pool.resume();
      assertThat(pool.call("pid")).isPositive();
    }
  }

  @Test
  void shutdown_callHangs_failsItAndLeavesNothing() throws Exception {
    WorkerPool<String, Integer> pool =
        shells(2).grace(Duration.ofMillis(50), Duration.ofMillis(50)).open();
    CompletableFuture<@Nullable Integer> hangs = pool.submit("hang");
    assertThat(pool.shutdown(Duration.ofMillis(100))).isFalse();
    assertThatThrownBy(() -> hangs.get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(PoolClosedException.class);
    assertThat(pool.workers()).isEmpty();
    assertThatThrownBy(() -> pool.call("pid")).isInstanceOf(PoolClosedException.class);
    pool.close();
  }

  @Test
  void workers_killedFromOutsideWhileIdle_areReplaced() throws InterruptedException {
    try (WorkerPool<String, Integer> pool = shells(1).open()) {
      int first = pid(pool.call("pid"));
      Command.of("kill", "-9", String.valueOf(first)).run();
      Workers.await(
          "it is gone",
          () -> pool.workers().stream().allMatch(worker -> worker.pid().orElse(first) != first));
      assertThat(pool.call("pid")).isNotEqualTo(first);
    }
  }
}
