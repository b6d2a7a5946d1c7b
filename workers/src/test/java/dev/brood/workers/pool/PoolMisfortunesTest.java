package dev.brood.workers.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Command;
import dev.brood.process.Line;
import dev.brood.process.Stdio;
import dev.brood.testkit.Census;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.watch.Admission;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What callers, consumers and listeners do wrong, and a pool lives with. */
@Timeout(120)
@ExtendWith(Census.Extension.class)
class PoolMisfortunesTest {
  private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

  private static PoolSpec<Object, Integer> pool(Fork worker) {
    return WorkerPool.<Object, Integer>of(worker, Integer.class).size(1);
  }

  private static PoolSpec<Object, Integer> shell() {
    return pool(Workers.shell());
  }

  private static @Nullable Integer soon(CompletableFuture<@Nullable Integer> answer)
      throws Exception {
    return answer.get(60, TimeUnit.SECONDS);
  }

  /** An input that cannot be written. */
  public static final class Unwritable {
    public String getText() {
      throw new NoClassDefFoundError("on purpose");
    }
  }

  /** An input that is written when it may be. */
  public static final class Slow {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch may = new CountDownLatch(1);

    public String getText() throws InterruptedException {
      begun.countDown();
      may.await();
      return "pid";
    }
  }

  @Test
  void call_inputThrowsAnErrorWhenItIsWritten_failsAndTheNextIsAnswered() throws Exception {
    try (WorkerPool<Object, Integer> pool = shell().open()) {
      assertThat(pool.call("pid")).isPositive();
      assertThatThrownBy(() -> pool.call(new Unwritable()))
          .isInstanceOf(CallNotSentException.class)
          .hasRootCauseInstanceOf(NoClassDefFoundError.class);
      assertThat(soon(pool.submit("pid"))).isPositive();
    }
  }

  /** An input without a text. */
  public static final class Textless {
    @Override
    public String toString() {
      throw new IllegalStateException("on purpose");
    }
  }

  @Test
  void call_inputHasNoTextAndEventsAreRecorded_isAnsweredAsEver() throws Exception {
    PoolSpec<Object, Integer> spec = shell().queue(1, WhenQueueFull.REJECT);
    try (Recording recording = new Recording();
        WorkerPool<Object, Integer> pool = spec.open()) {
      recording.start();
      pool.pause();
      CompletableFuture<@Nullable Integer> first = pool.submit("pid");
      CompletableFuture<@Nullable Integer> rejected = pool.submit(new Textless());
      assertThatThrownBy(() -> soon(rejected)).hasCauseInstanceOf(CallRejectedException.class);
      pool.resume();
      assertThat(soon(first)).isPositive();
    }
  }

  @Test
  void call_workerDiesAndItsLinesAreNotTaken_failsNevertheless() throws Exception {
    CountDownLatch taken = new CountDownLatch(1);
    Stdio.Sink slow = Stdio.lines(line -> await(line, taken));
    try (WorkerPool<Object, Integer> pool =
        pool(Workers.shell().command(command -> command.stderr(slow))).open()) {
      CompletableFuture<@Nullable Integer> crash = pool.submit("crash");
      assertThatThrownBy(() -> soon(crash)).hasCauseInstanceOf(WorkerDiedException.class);
      assertThat(soon(pool.submit("pid"))).as("the next is answered").isPositive();
      taken.countDown();
    } finally {
      taken.countDown();
    }
  }

  private static void await(Line line, CountDownLatch taken) {
    try {
      assertThat(taken.await(120, TimeUnit.SECONDS)).as("%s is taken", line).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void of_outputIsAPipe_isRefused() {
    Fork piped = Workers.shell().command(command -> command.stdout(Stdio.pipe()));
    assertThatIllegalArgumentException().isThrownBy(() -> pool(piped));
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            shell()
                .program(fork -> fork.command(command -> command.stderr(Stdio.pipe())))
                .program(fork -> Workers.shell())
                .open());
  }

  @Test
  void open_standardErrorIsADescriptor_workersComeUp() throws Exception {
    Fork worker = Workers.shell().command(command -> command.stderr(Stdio.descriptor(2)));
    try (WorkerPool<Object, Integer> pool = pool(worker).open()) {
      assertThat(soon(pool.submit("pid"))).isPositive();
    }
  }

  @Test
  void times_longerThanAClockCanCount_areForEver() throws Exception {
    PoolSpec<Object, Integer> spec =
        shell()
            .size(0, 1)
            .recycling(Recycling.NEVER.afterAge(FOR_EVER))
            .idleLimit(FOR_EVER)
            .growAfter(FOR_EVER)
            .awaitReady(FOR_EVER)
            .program(fork ->
                fork.command(
                    command -> Command.of("sh", "-c", "echo '\"ready\"' >&3\n" + Workers.SHELL)))
            .closeLimit(FOR_EVER);
    try (WorkerPool<Object, Integer> pool = spec.open()) {
      CallOptions options = CallOptions.DEFAULT.deadline(FOR_EVER);
      assertThat(soon(pool.submit("pid", options))).isPositive();
      assertThat(pool.drain(FOR_EVER)).isTrue();
    }
  }

  @Test
  void drain_afterResume_waitsForTheCallsSince() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch may = new CountDownLatch(1);
    AtomicBoolean holds = new AtomicBoolean();
    Admission admission =
        kind -> {
          if (holds.get()) { // on the thread that works for the pool
            asked.countDown();
            awaitUninterruptibly(may);
          }
          return Admission.always().mayStart(kind);
        };
    try (WorkerPool<Object, Integer> pool = shell().admission(admission, "test").open()) {
      Integer first = pool.call("pid");
      assertThat(pool.drain(Workers.LIMIT)).isTrue();
      holds.set(true);
      Command.of("kill", "-9", String.valueOf(first)).run();
      assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();

      CompletableFuture<Boolean> answered = new CompletableFuture<>();
      Thread user =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  pool.resume();
                  var unused = pool.submit("nap");
                  boolean drained = pool.drain(Workers.LIMIT);
                  answered.complete(drained && pool.callCounts().answered() == 2);
                } catch (InterruptedException | RuntimeException e) {
                  answered.completeExceptionally(e);
                }
              });
      Workers.await(
          "it waits, or has not waited",
          () -> user.getState() == Thread.State.WAITING || answered.isDone());
      holds.set(false);
      may.countDown();
      assertThat(answered.get(60, TimeUnit.SECONDS)).as("drained").isTrue();
      user.join();
    } finally {
      may.countDown();
    }
  }

  @Test
  void resume_closedPoolWhoseWorkersAreStillEnding_leavesNothingToWaitFor() throws Exception {
    PoolSettings settings = new PoolSettings();
    settings.minimum = 1;
    settings.maximum = 1;
    PoolDriver driver = new PoolDriver(Workers.shell(), settings);
    driver.open();
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch may = new CountDownLatch(1);
    Thread holder =
        Thread.startVirtualThread(() ->
            driver.look(core -> {
              looking.countDown();
              awaitUninterruptibly(may);
              return core.waiting();
            }));
    assertThat(looking.await(60, TimeUnit.SECONDS)).isTrue();
    // The second is behind the first before that is looked at: no worker ends in between.
    Thread closing = waiting(() -> driver.order(CoreEvent.Order.CLOSE));
    Thread resuming = waiting(() -> driver.order(CoreEvent.Order.RESUME));
    may.countDown();
    for (Thread thread : List.of(holder, closing, resuming)) {
      thread.join();
    }

    driver.order(CoreEvent.Order.DRAIN).get(20, TimeUnit.SECONDS);

    driver.over().get(60, TimeUnit.SECONDS);
    for (PooledChild child : driver.children()) {
      child.gone().get(60, TimeUnit.SECONDS);
    }
    driver.endTelling();
  }

  private static Thread waiting(Runnable task) {
    Thread thread = Thread.startVirtualThread(task);
    Workers.await("it waits", () -> thread.getState() == Thread.State.WAITING);
    return thread;
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertThat(latch.await(120, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void submit_nobodyTakesCallsAndThePoolRejects_waitsAfterSome() throws Exception {
    PoolSpec<Object, Integer> spec = shell().queue(10, WhenQueueFull.REJECT);
    Slow slow = new Slow();
    AtomicInteger submitted = new AtomicInteger();
    try (WorkerPool<Object, Integer> pool = spec.open()) {
      assertThat(pool.call("pid")).isPositive();
      Thread writer = Thread.ofVirtual().start(() -> submit(pool, slow));
      assertThat(slow.begun.await(60, TimeUnit.SECONDS)).as("it writes").isTrue();
      Thread flood =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 100_000; i++) {
                  submit(pool, "pid");
                  submitted.incrementAndGet();
                }
              });
      Workers.await(
          "it waits, or is through",
          () ->
              flood.getState() == Thread.State.WAITING
                  || flood.getState() == Thread.State.TERMINATED);
      assertThat(submitted.get()).as("calls that nobody has looked at").isLessThan(10_000);
      slow.may.countDown();
      writer.join();
      flood.join();
    } finally {
      slow.may.countDown();
    }
  }

  private static void submit(WorkerPool<Object, Integer> pool, Object input) {
    try {
      CompletableFuture<@Nullable Integer> unused = pool.submit(input);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  @Tag("slow")
  void close_listenerIsBlocked_endsItAndTellsNoMore() {
    CountDownLatch never = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    List<PoolEvent> told = new CopyOnWriteArrayList<>();
    PoolSpec<Object, Integer> spec =
        shell()
            .listener(event -> {
              told.add(event);
              try {
                never.await();
              } catch (InterruptedException e) {
                interrupted.set(true);
              }
            });
    WorkerPool<Object, Integer> pool = spec.open();
    try {
      Workers.await("it is blocked", () -> !told.isEmpty());
      pool.close();
      Workers.await("it is ended", interrupted::get);
      assertThat(told).hasSize(1);
    } finally {
      never.countDown();
      pool.close();
    }
  }

  @Test
  void call_workerDiesWithAnotherMessageUnread_isNotRepeated(@TempDir Path directory)
      throws Exception {
    String script =
        """
        import json, os, select, socket, sys
        with socket.socket(fileno=3) as parent:
            call = json.loads(parent.makefile("rb").readline())
            with open(sys.argv[1], "a") as log:
                log.write("begun\\n")
            parent.sendall(b'{"brood":"request","id":1,"body":"?"}\\n')
            select.select([parent], [], [])
            os.kill(os.getpid(), 9)
        """;
    Path log = directory.resolve("log");
    Fork worker =
        Fork.of(Command.of("python3", "-c", script, log.toString())).command(Workers::quiet);
    try (WorkerPool<Object, Integer> pool = pool(worker).open()) {
      assertThatThrownBy(() -> soon(pool.submit("once")))
          .hasCauseInstanceOf(WorkerDiedException.class);
      assertThat(log).hasContent("begun\n");
    }
  }

  @Test
  void retire_workerTakesItsTimeToEnd_isGivenIt(@TempDir Path directory) throws Exception {
    String script =
        """
        trap '' TERM
        read -r line <&3
        id=${line#*'"id":'}
        echo '{"brood":"reply","id":'${id%%[!0-9]*}',"body":1}' >&3
        read -r line <&3
        exec 3>&-
        sleep 4
        echo through >"$1"
        """;
    Path mark = directory.resolve("mark");
    Fork worker =
        Fork.of(Command.of("sh", "-c", script, "sh", mark.toString())).command(Workers::quiet);
    PoolSpec<Object, Integer> spec =
        pool(worker).grace(Duration.ofSeconds(60), Duration.ofSeconds(1));
    try (WorkerPool<Object, Integer> pool = spec.open()) {
      assertThat(soon(pool.submit("work"))).isEqualTo(1);
    }
    assertThat(mark).hasContent("through\n");
  }
}
