package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.brood.testkit.HelperPrograms;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a child ended, who learns of it, and how soon. */
class ExitTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 42, 127, 128, 137, 143, 255})
  void exit_code_isExact(int code) throws Exception {
    Result result = Command.of(HelperPrograms.exit(code)).unchecked().capture();

    assertThat(result.exit()).isEqualTo(new Exit.Exited(code));
    assertThat(result.exit().success()).isEqualTo(code == 0);
    assertThat(result.exit().shellCode()).isEqualTo(code);
    assertThat(result.cause()).isEqualTo(Cause.SELF);
  }

  /** Without CHLD, CONT, URG and WINCH, ignored by default, and those that only stop. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
        "PIPE", "ALRM", "TERM", "STKFLT", "XCPU", "XFSZ", "VTALRM", "PROF", "IO", "PWR", "SYS"
      })
  void exit_bySignal_isNamed(String name) throws Exception {
    String known = name.equals("IO") ? "29" : name.equals("STKFLT") ? "16" : name;

    Result result = Command.of(HelperPrograms.killSelf(known)).unchecked().capture();

    assertThat(result.exit()).isEqualTo(new Exit.Signaled(Signal.of(name), false));
    assertThat(result.exit().success()).isFalse();
    assertThat(result.exit().shellCode()).isEqualTo(128 + Signal.of(name).number());
    assertThat(result.cause()).isEqualTo(Cause.SELF);
  }

  @ParameterizedTest
  @ValueSource(strings = {"CHLD", "CONT", "URG", "WINCH"})
  void exit_ignoredSignal_isNone(String name) throws Exception {
    Result result = Command.of("sh", "-c", "kill -s " + name + " $$; exit 7").unchecked().capture();

    assertThat(result.exit()).isEqualTo(new Exit.Exited(7));
  }

  @ParameterizedTest
  @ValueSource(ints = {34, 40, 64})
  void exit_byRealTimeSignal_isNamed(int number) throws Exception {
    try (Child child = Command.of(HelperPrograms.sleep(MINUTE)).spawn()) {
      assertThat(child.signal(Signal.of(number))).isTrue();

      assertThat(child.await(SOON)).contains(new Exit.Signaled(Signal.of(number), false));
    }
  }

  @Test
  void exit_killedFromOutside_differsFromCode137() throws Exception {
    Result killed = Command.of("sh", "-c", "kill -9 $$").unchecked().capture();
    Result code = Command.of("sh", "-c", "exit 137").unchecked().capture();

    assertThat(killed.exit()).isEqualTo(new Exit.Signaled(Signal.KILL, false));
    assertThat(code.exit()).isEqualTo(new Exit.Exited(137));
    assertThat(killed.exit().shellCode()).isEqualTo(code.exit().shellCode());
  }

  @Test
  void exit_coreDumped_isFlagged(@TempDir Path directory) throws Exception {
    String pattern = Files.readString(Path.of("/proc/sys/kernel/core_pattern")).strip();
    Result limit = Command.of("sh", "-c", "ulimit -c unlimited && ulimit -c").unchecked().capture();
    boolean writes = !pattern.isEmpty() && limit.exit().success();
    assumeTrue(
        writes, "SKIPPED: no core is written here: core_pattern \"" + pattern + "\", " + limit);

    Result result =
        Command.of("sh", "-c", "ulimit -c unlimited; kill -s ABRT $$")
            .directory(directory)
            .unchecked()
            .capture();

    assertThat(result.exit()).isEqualTo(new Exit.Signaled(Signal.ABRT, true));
    assertThat(result.exit().toString()).contains("SIGABRT").contains("core dumped");
  }

  @Test
  void stopAndContinue_child_isNoExit() throws Exception {
    try (Child child = Command.of(HelperPrograms.stopSelf()).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");
      assertThat(Look.until(SOON, () -> Look.state(child.pid()) == 'T')).isTrue();

      assertThat(child.await(Duration.ofMillis(50))).isEmpty();
      assertThat(child.isAlive()).isTrue();
      assertThat(child.usage()).isEmpty();
      assertThat(child.signal(Signal.CONT)).isTrue();
      assertThat(child.stdout().readLine()).isEqualTo("continued");
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
      assertThat(child.isAlive()).isFalse();
    }
  }

  @Test
  void await_manyWaiters_allGetTheSame() throws Exception {
    try (Child child = Command.of("sh", "-c", "read -r line; exit 9").stdin(Stdio.pipe()).spawn();
        var virtual = Executors.newVirtualThreadPerTaskExecutor();
        var platform = Executors.newFixedThreadPool(8)) {
      List<Future<Exit>> waiters = new ArrayList<>();
      CountDownLatch waiting = new CountDownLatch(58);
      for (int i = 0; i < 58; i++) {
        waiters.add(
            (i < 50 ? virtual : platform)
                .submit(() -> {
                  waiting.countDown();
                  return child.await();
                }));
      }
      List<CompletableFuture<Exit>> futures = List.of(child.onExit(), child.onExit());
      assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(child.await(Duration.ZERO)).isEmpty();

      child.stdin().println("go");

      for (Future<Exit> waiter : waiters) {
        assertThat(waiter.get(20, TimeUnit.SECONDS)).isEqualTo(new Exit.Exited(9));
      }
      for (CompletableFuture<Exit> future : futures) {
        assertThat(future.get(20, TimeUnit.SECONDS)).isEqualTo(new Exit.Exited(9));
      }
      assertThat(child.await()).as("again, after the end").isEqualTo(new Exit.Exited(9));
      assertThat(child.await(Duration.ZERO)).contains(new Exit.Exited(9));
      assertThat(child.onExit().get()).isEqualTo(new Exit.Exited(9));
    }
  }

  @Test
  void onExit_completedByUser_harmsNobodyElse() throws Exception {
    try (Child child = Command.of("sh", "-c", "read -r line; exit 4").stdin(Stdio.pipe()).spawn()) {
      assertThat(child.onExit().complete(new Exit.Exited(77))).isTrue();
      child.stdin().close();

      assertThat(child.await()).isEqualTo(new Exit.Exited(4));
    }
  }

  @Test
  void usage_busyChild_isPlausible() throws Exception {
    Instant before = Instant.now();

    Result result =
        Command.of("sh", "-c", "n=0; while [ $n -lt 400000 ]; do n=$((n+1)); done").capture();

    Usage usage = result.usage();
    assertThat(usage.user()).isBetween(Duration.ofMillis(20), result.duration());
    assertThat(usage.cpu()).isEqualTo(usage.user().plus(usage.system()));
    assertThat(usage.cpu()).isLessThanOrEqualTo(result.duration().plusMillis(20));
    assertThat(usage.minorFaults()).isPositive();
    assertThat(result.startedAt()).isBetween(before.minusMillis(1), Instant.now());
  }

  @Test
  void usage_systemTime_isCounted() throws Exception {
    Result result =
        Command.of("dd", "if=/dev/zero", "of=/dev/null", "bs=1M", "count=2000").capture();

    assertThat(result.usage().system()).isGreaterThan(Duration.ofMillis(5));
  }

  @Test
  void usage_largeChild_hasItsPeakMemory() throws Exception {
    long own = ownPeakBytes();
    long wanted = Math.max(own * 2, 300L << 20);

    Result result =
        Command.of("dd", "if=/dev/zero", "of=/dev/null", "bs=" + wanted, "count=1").capture();

    assertThat(result.usage().peakResidentBytes().orElseThrow())
        .isBetween(wanted, wanted + (64L << 20));
  }

  @Test
  void usage_smallChild_isNotOurOwnPeak() throws Exception {
    Result result = Command.of("true").capture();

    result.usage().peakResidentBytes().ifPresent(peak -> assertThat(peak).isLessThan(16L << 20));
  }

  @Test
  void duration_sleep_isItsTime() throws Exception {
    Result result = Command.of(HelperPrograms.sleep(Duration.ofMillis(300))).capture();

    assertThat(result.duration()).isBetween(Duration.ofMillis(300), SOON);
  }

  /**
   * How much later than the JDK, in the median, whose thread waits in the kernel for each child.
   */
  private static final long LATER_MICROS = 10_000;

  private interface Round {
    long micros() throws Exception;
  }

  /** Rounds of both in turn, as others use this machine too. A poll would come out later. */
  private static void assertAsSoonAsTheJdk(int rounds, Round ours, Round jdk) throws Exception {
    List<Long> our = new ArrayList<>();
    List<Long> jdks = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      our.add(ours.micros());
      jdks.add(jdk.micros());
    }
    our.sort(null);
    jdks.sort(null);
    long median = jdks.get(rounds / 2);
    assertThat(our.get(rounds / 2)).as("JDK: %s us", median).isLessThan(2 * median + LATER_MICROS);
  }

  @Test
  void await_streamsClosedEarlier_noticesTheEndQuickly() throws Exception {
    List<String> argv = List.of("sh", "-c", "exec >&- 2>&- <&-; exec sleep 0.1");
    assertAsSoonAsTheJdk(
        11,
        () -> {
          long begin = System.nanoTime();
          try (Child child = Command.of(argv).spawn()) {
            assertThat(child.await()).isEqualTo(new Exit.Exited(0));
            Duration whole = Duration.ofNanos(System.nanoTime() - begin);
            assertThat(child.duration()).isBetween(Duration.ofMillis(100), whole);
            return whole.toNanos() / 1000 - 100_000;
          }
        },
        () -> {
          long begin = System.nanoTime();
          assertThat(waited(new ProcessBuilder(argv).start())).isZero();
          return (System.nanoTime() - begin) / 1000 - 100_000;
        });
  }

  @Test
  void await_killedChild_noticesWithinMilliseconds() throws Exception {
    List<String> argv = HelperPrograms.sleep(MINUTE);
    assertAsSoonAsTheJdk(
        31,
        () -> {
          try (Child child = Command.of(argv).spawn()) {
            long killed = System.nanoTime();
            assertThat(child.signal(Signal.KILL)).isTrue();
            assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.KILL, false));
            return (System.nanoTime() - killed) / 1000;
          }
        },
        () -> {
          Process process = new ProcessBuilder(argv).start();
          long killed = System.nanoTime();
          assertThat(waited(process.destroyForcibly())).isEqualTo(128 + Signal.KILL.number());
          return (System.nanoTime() - killed) / 1000;
        });
  }

  private static int waited(Process process) throws Exception {
    try (OutputStream _ = process.getOutputStream();
        InputStream _ = process.getInputStream();
        InputStream _ = process.getErrorStream()) {
      return process.waitFor();
    }
  }

  @Test
  void signal_deadChild_isFalse() throws Exception {
    try (Child child = Command.of("true").spawn()) {
      child.await();

      assertThat(child.signal(Signal.TERM)).isFalse();
      assertThat(child.signal(Signal.of("KILL"))).isFalse();
      assertThat(child.signalGroup(Signal.of(15))).isFalse();
      assertThat(child.stop().alreadyEnded()).isTrue();
      assertThat(child.kill().signals()).isEmpty();
      assertThat(child.await(Duration.ZERO)).isEqualTo(Optional.of(new Exit.Exited(0)));
      assertThat(child.result().cause()).isEqualTo(Cause.SELF);
    }
  }

  @Test
  void signal_whileChildrenEnd_neverFailsOrHangs() throws Exception {
    for (int i = 0; i < 200; i++) {
      try (Child child = Command.of("true").spawn()) {
        while (child.signal(Signal.CONT)) {
          Thread.onSpinWait();
        }
        assertThat(child.await()).isEqualTo(new Exit.Exited(0));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"USR1", "SIGUSR1", "usr1", "10"})
  void signal_byNameOrNumber_reachesTheChild(String name) throws Exception {
    String script = "trap 'echo told; exit 5' USR1; echo ready; while :; do sleep 0.01; done";
    try (Child child = Command.of("sh", "-c", script).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");

      assertThat(child.signal(Signal.of(name))).isTrue();

      assertThat(child.stdout().readLine()).isEqualTo("told");
      assertThat(child.await()).isEqualTo(new Exit.Exited(5));
    }
  }

  private static long ownPeakBytes() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void checkedResult_badExit_throwsWhatTheChildWrote() throws Exception {
    try (Child child = Command.of("sh", "-c", "echo why >&2; exit 3").spawn()) {
      ExitException failed = catchThrowableOfType(ExitException.class, child::checkedResult);

      assertThat(failed.result().exit()).isEqualTo(new Exit.Exited(3));
      assertThat(failed).hasMessageContaining("why");
    }
    try (Child child = Command.of("echo", "well").spawn()) {
      assertThat(child.checkedResult().stdout().trimmed()).isEqualTo("well");
    }
  }
}
