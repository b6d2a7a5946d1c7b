package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.brood.testkit.HelperPrograms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Deadline, idle limit, cancellation and output limit: each ends the tree and tells so. */
class LimitsTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(300);

  /** In which a shell has come up and begun, on a busy machine too. */
  private static final Duration LONGER = Duration.ofSeconds(2);

  /** Far longer than the pauses of who talks, and shorter than he talks. */
  private static final Duration IDLE = Duration.ofSeconds(3);

  private static final int WORDS = 16;

  private static final String TALK =
      "n=0; while [ $n -lt $1 ]; do n=$((n+1)); sleep 0.2; echo talk >&$2; done";

  private final String mark = Look.newMark();

  @Test
  void deadline_passed_stopsTheTreeAndKeepsTheOutput() {
    Command command =
        marked("sh", "-c", "echo partial; echo why >&2; sleep 60 & sleep 60").deadline(LONGER);

    DeadlineException error = catchThrowableOfType(DeadlineException.class, command::capture);

    assertThat(error.result().cause()).isEqualTo(Cause.DEADLINE);
    assertThat(error.result().exit()).isEqualTo(new Exit.Signaled(Signal.TERM, false));
    assertThat(error.result().stdout().text()).isEqualTo("partial\n");
    assertThat(error.result().stderr().text()).isEqualTo("why\n");
    assertThat(error.result().duration()).isBetween(SHORT, SOON);
    assertThat(error).hasMessageContaining("deadline").hasMessageContaining("why");
    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void deadline_unchecked_isNoSilentSuccess() {
    Command command = marked("sleep", "60").unchecked().deadline(SHORT);

    assertThatThrownBy(command::capture).isInstanceOf(DeadlineException.class);
  }

  @Test
  void deadline_childIgnoresTerm_isForced() {
    Command command =
        Command.of(HelperPrograms.ignoreTerm()).deadline(LONGER).grace(Duration.ofMillis(100));

    DeadlineException error = catchThrowableOfType(DeadlineException.class, command::capture);

    assertThat(error.result().exit()).isEqualTo(new Exit.Signaled(Signal.KILL, false));
    assertThat(error.result().stdout().text()).isEqualTo("ready\n");
  }

  @Test
  void deadline_childTrapsTerm_lastWordsAreInTheError() {
    Command command = Command.of(HelperPrograms.lastWords()).deadline(LONGER);

    DeadlineException error = catchThrowableOfType(DeadlineException.class, command::capture);

    assertThat(error.result().stdout().lines()).containsExactly("ready", "last words");
    assertThat(error.result().exit()).isEqualTo(new Exit.Exited(3));
  }

  @Test
  void deadline_grandchildHoldsOutput_isNotDelayedByIt() {
    Command command =
        marked("sh", "-c", "trap '' TERM; sleep 60 & wait; sleep 60").deadline(LONGER);

    DeadlineException error =
        catchThrowableOfType(
            DeadlineException.class, command.grace(Duration.ofMillis(100))::capture);

    assertThat(error.result().duration()).isLessThan(SOON);
    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void deadline_ofSpawn_endsTheChildByItself() throws Exception {
    try (Child child = Command.of("sleep", "60").deadline(SHORT).spawn()) {
      assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.TERM, false));
      assertThat(child.result().cause()).isEqualTo(Cause.DEADLINE);
    }
  }

  @Test
  void deadline_notReached_changesNothing() throws Exception {
    Result result = Command.of("true").deadline(MINUTE).idleLimit(MINUTE).capture();

    assertThat(result.cause()).isEqualTo(Cause.SELF);
  }

  @Test
  void deadline_stoppedChild_endsAllTheSame() throws Exception {
    try (Child child = Command.of(HelperPrograms.stopSelf()).deadline(LONGER).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");

      assertThat(child.await(SOON)).contains(new Exit.Signaled(Signal.TERM, false));
    }
  }

  @Test
  void idleLimit_silentChild_isStopped() {
    Command command = marked("sh", "-c", "echo once; sleep 60").idleLimit(LONGER);

    DeadlineException error = catchThrowableOfType(DeadlineException.class, command::capture);

    assertThat(error.result().cause()).isEqualTo(Cause.IDLE);
    assertThat(error.result().stdout().text()).isEqualTo("once\n");
    assertThat(error.result().duration()).isGreaterThanOrEqualTo(SHORT);
    assertThat(error).hasMessageContaining("wrote nothing");
    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void idleLimit_captured_eitherStreamResetsIt() throws Exception {
    onEitherStream(command -> {
      Result result = command.capture();

      assertThat(result.duration()).isGreaterThan(IDLE);
      assertThat(result.cause()).isEqualTo(Cause.SELF);
    });
  }

  @Test
  void idleLimit_piped_eitherStreamResetsIt() throws Exception {
    onEitherStream(command -> {
      try (Child child = command.spawn()) {
        int count = 0;
        for (Line line : child.lines()) {
          count++;
          assertThat(line.text()).isEqualTo("talk");
        }
        assertThat(count).isEqualTo(WORDS);
        assertThat(child.await()).isEqualTo(new Exit.Exited(0));
      }
    });
  }

  @Test
  void idleLimit_consumerOfLines_eitherStreamResetsIt() throws Exception {
    onEitherStream(command -> {
      Result result = command.stdout(Stdio.lines(line -> {})).stderr(Stdio.lines(line -> {})).run();

      assertThat(result.cause()).isEqualTo(Cause.SELF);
    });
  }

  private interface Check {
    void of(Command talking) throws InterruptedException;
  }

  /** With a command that talks for longer than its idle limit, on one stream only. */
  private static void onEitherStream(Check check) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> both = new ArrayList<>();
      for (String stream : List.of("1", "2")) {
        Command talking =
            Command.of("sh", "-c", TALK, "sh", Integer.toString(WORDS), stream).idleLimit(IDLE);
        both.add(
            threads.submit(() -> {
              check.of(talking);
              return null;
            }));
      }
      for (Future<Void> one : both) {
        assertThat(one.get()).isNull();
      }
    }
  }

  @Test
  void idleLimit_pipedAndSilent_isStopped() throws Exception {
    try (Child child = Command.of("sh", "-c", "echo once; sleep 60").idleLimit(LONGER).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("once");
      assertThat(child.stdout().readLine()).isNull();
      assertThat(child.result().cause()).isEqualTo(Cause.IDLE);
    }
  }

  @Test
  void cancelOn_completedWhileRunning_stopsTheTree() throws Exception {
    CompletableFuture<String> token = new CompletableFuture<>();
    Command command = marked("sh", "-c", "echo partial; sleep 60 & wait").cancelOn(token);
    CompletableFuture<CancelledException> error = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> error.complete(catchThrowableOfType(CancelledException.class, command::capture)));
    assertThat(Look.until(SOON, () -> Look.marked(mark).size() == 2)).isTrue();

    token.complete("enough");

    assertThat(error.get().result().cause()).isEqualTo(Cause.CANCELLED);
    assertThat(error.get().result().stdout().text()).isEqualTo("partial\n");
    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void cancelOn_failedStage_cancelsToo() throws Exception {
    CompletableFuture<String> token = new CompletableFuture<>();
    try (Child child = marked("sleep", "60").cancelOn(token).spawn()) {
      token.completeExceptionally(new IllegalStateException("no more"));

      assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.TERM, false));
      assertThat(child.result().cause()).isEqualTo(Cause.CANCELLED);
    }
  }

  @Test
  void cancelOn_completedBefore_endsAtOnce() {
    Command command = marked("sleep", "60").cancelOn(CompletableFuture.completedFuture(null));

    assertThatThrownBy(command::capture).isInstanceOf(CancelledException.class);

    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void cancelOn_completedAfterTheEnd_changesNothing() throws Exception {
    CompletableFuture<String> token = new CompletableFuture<>();
    try (Child child = Command.of("true").cancelOn(token).spawn()) {
      child.await();

      token.complete("late");

      assertThat(child.result().cause()).isEqualTo(Cause.SELF);
      assertThat(child.result().exit()).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void outputLimit_passed_stopsTheTreeAndKeepsTheFirstBytes() {
    Command command =
        marked("sh", "-c", "sleep 60 & echo why >&2; seq 1 100000; sleep 60").outputLimit(1000);

    OutputLimitException error = catchThrowableOfType(OutputLimitException.class, command::capture);

    Output stdout = error.result().stdout();
    assertThat(error.result().cause()).isEqualTo(Cause.OUTPUT_LIMIT);
    assertThat(stdout.bytes()).hasSize(1000);
    assertThat(stdout.text()).startsWith("1\n2\n3\n").contains("\n276\n");
    assertThat(stdout.truncated()).isTrue();
    assertThat(stdout.totalBytes()).isGreaterThan(1000);
    assertThat(stdout.omittedBytes()).isEqualTo(stdout.totalBytes() - 1000);
    assertThat(error.result().stderr().text()).isEqualTo("why\n");
    assertThat(error).hasMessageContaining("stdout").hasMessageContaining("1,000");
    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void outputLimit_passedOnStderr_isSaid() {
    Command command = marked("sh", "-c", "echo fine; yes >&2").outputLimit(5000);

    OutputLimitException error = catchThrowableOfType(OutputLimitException.class, command::capture);

    assertThat(error.result().stderr().bytes()).hasSize(5000);
    assertThat(error.result().stdout().text()).isEqualTo("fine\n");
    assertThat(error).hasMessageContaining("stderr");
  }

  @Test
  void outputLimit_exactlyReached_isNoError() throws Exception {
    Result result = Command.of(HelperPrograms.flood(1000)).outputLimit(1000).capture();

    assertThat(result.stdout().bytes()).hasSize(1000);
    assertThat(result.stdout().truncated()).isFalse();
  }

  private Command marked(String... argv) {
    return Command.of(List.of(argv)).env(Look.MARK, mark);
  }
}
