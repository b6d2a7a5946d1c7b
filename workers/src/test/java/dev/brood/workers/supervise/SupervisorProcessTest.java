package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Cause;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.FakePrograms;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import dev.brood.process.observe.ProcessInfo;
import dev.brood.process.observe.ProcessState;
import dev.brood.workers.channel.ChildJvm;
import dev.brood.workers.channel.Message;
import dev.brood.workers.fork.Fork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Supervisors of real processes. */
class SupervisorProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Command SLEEP = Command.of("sleep", "1000");

  private final Told told = new Told();

  private Supervisor oneForOne() {
    return Supervisor.of(Strategy.ONE_FOR_ONE).name("main").onEvent(told);
  }

  @Test
  void child_killedFromOutside_isStartedAgain() throws Exception {
    try (RunningSupervisor supervisor = oneForOne().child("web", SLEEP).start()) {
      assertThat(supervisor.awaitReady(LIMIT)).isTrue();
      long first = supervisor.process("web").orElseThrow().pid();

      assertThat(supervisor.process("web").orElseThrow().signal(Signal.KILL)).isTrue();

      Death death = told.next(SupervisorEvent.Ended.class, "web").death();
      assertThat(death.ending())
          .isEqualTo(new Ending.ProcessEnded(new Exit.Signaled(Signal.KILL, false), Cause.SELF));
      assertThat(death.pid()).isEqualTo(first);
      assertThat(death.usage()).isPresent();
      assertThat(told.next(SupervisorEvent.Restarting.class, "web").delay()).isZero();
      long second = told.next(SupervisorEvent.Started.class, "web").pid();
      assertThat(second).isNotEqualTo(first);
      told.next(SupervisorEvent.Ready.class, "web");
      ChildStatus status = supervisor.child("web").orElseThrow();
      assertThat(status.state()).isEqualTo(ChildState.RUNNING);
      assertThat(status.pid()).hasValue(second);
      assertThat(status.restarts()).isEqualTo(1);
      assertThat(status.lastDeath()).contains(death);
    }
  }

  @Test
  void child_killedBySignalWhileTransient_isNoSuccess() throws Exception {
    ChildSpec spec =
        ChildSpec.of(Command.of("sh", "-c", "kill -TERM $$")).restart(Restart.TRANSIENT);
    try (RunningSupervisor supervisor = oneForOne().child("job", spec).start()) {
      told.next(SupervisorEvent.Restarting.class, "job");
      assertThat(supervisor.name()).isEqualTo("main");
    }
    ChildSpec forgiving = spec.successSignals(Signal.TERM);
    try (RunningSupervisor supervisor = oneForOne().child("kind", forgiving).start()) {
      assertThat(told.next(SupervisorEvent.Completed.class, "kind").success()).isTrue();
      assertThat(supervisor.awaitReady(LIMIT)).isTrue();
    }
  }

  @Test
  void death_ofChildThatComplains_keepsItsLastLines() throws Exception {
    Command complaint =
        Command.of(
                "sh",
                "-c",
                "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i >&2; done;" + " exit 3")
            .stdout(Stdio.none())
            .stderr(Stdio.none());
    ChildSpec spec = ChildSpec.of(complaint).restart(Restart.TEMPORARY);
    try (RunningSupervisor supervisor = oneForOne().child("job", spec).start()) {
      Death death = told.next(SupervisorEvent.Ended.class, "job").death();

      assertThat(death.ending()).hasToString("exit code 3");
      assertThat(death.lastErrors()).hasSize(Death.MOST_LINES).last().isEqualTo("line 30");
      assertThat(told.next(SupervisorEvent.Completed.class, "job").success()).isFalse();
      assertThat(supervisor.children())
          .extracting(ChildStatus::state)
          .containsExactly(ChildState.COMPLETED);
    }
  }

  @Test
  void death_ofChildWhoseLinesAreTakenLate_keepsItsLastLines() throws Exception {
    Stdio.Sink late =
        Stdio.lines(line -> {
          if (line.text().equals("begin")) {
            LockSupport.parkNanos(400_000_000); // and all behind it wait
          }
        });
    Command complaint =
        Command.of("sh", "-c", "echo begin >&2; echo no disk >&2; exit 3")
            .stdout(Stdio.none())
            .stderr(late);
    ChildSpec spec = ChildSpec.of(complaint).restart(Restart.TEMPORARY);
    try (RunningSupervisor supervisor = oneForOne().child("job", spec).start()) {
      Death death = told.next(SupervisorEvent.Ended.class, "job").death();
      assertThat(death.lastErrors()).containsExactly("begin", "no disk");
      assertThat(supervisor.awaitReady(LIMIT)).isTrue();
    }
  }

  @Test
  void command_notThere_isADeathWithTheReason() throws Exception {
    ChildSpec spec = ChildSpec.of(Command.of("no-such-program")).giveUp(GiveUp.after(2));
    try (RunningSupervisor supervisor = oneForOne().child("job", spec).start()) {
      Death death = told.next(SupervisorEvent.Ended.class, "job").death();

      assertThat(death.ending()).isInstanceOf(Ending.NotStarted.class);
      assertThat(death.ending().toString()).contains("no-such-program").contains("ENOENT");
      assertThat(told.next(SupervisorEvent.GivenUp.class, "job").reason())
          .isEqualTo("2 deaths in a row");
      assertThat(supervisor.awaitReady(Duration.ofMillis(1))).isFalse();
    }
  }

  @Test
  void start_thatFailsInAnUnknownWay_isADeathWithTheReason() throws Exception {
    ChildSpec spec = ChildSpec.of(SLEEP).giveUp(GiveUp.after(1));
    try (FakePrograms fake = FakePrograms.install()) {
      Object unused =
          fake.when(
              _ -> {
                throw new UnsupportedOperationException("odd");
              },
              _ -> FakePrograms.answer());
      try (RunningSupervisor supervisor = oneForOne().child("job", spec).start()) {
        Death death = told.next(SupervisorEvent.Ended.class, "job").death();

        assertThat(death.ending())
            .isEqualTo(new Ending.NotStarted("java.lang.UnsupportedOperationException: odd"));
        told.next(SupervisorEvent.GivenUp.class, "job");
        assertThat(supervisor.awaitReady(Duration.ofMillis(1))).isFalse();
      }
    }
  }

  /** A helper that became another user's: only root can make one, and only another user fail. */
  @Tag("root")
  @Tag("slow")
  @Test
  void helper_thatCannotBeEnded_isNotRestartedBeside(@TempDir Path folder) throws Exception {
    Path setpriv = folder.resolve("setpriv");
    Files.copy(Path.of("/usr/bin/setpriv"), setpriv);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    Command.of("chmod", "4755", setpriv.toString()).run();
    Command program = ChildJvm.command(SurvivorProgram.class, setpriv.toString());
    Command asAnother =
        Command.of("setpriv", "--reuid=61234", "--regid=61234", "--clear-groups")
            .args(program.argv())
            .directory(Path.of("/"))
            .deadline(Duration.ofSeconds(100));

    List<String> lines = asAnother.capture().stdout().lines();

    assertThat(lines).hasSize(2).first().asString().matches("cannot be ended: pids \\[\\d+]");
    assertThat(lines.getLast()).isEqualTo("GIVEN_UP after 1 run");
    Command.of("kill", "-KILL", lines.getFirst().replaceAll("\\D", "")).run();
  }

  @Test
  void crashLoop_pastTheIntensity_escalatesToTheSupervisorAbove() throws Exception {
    Supervisor inner =
        Supervisor.of(Strategy.ONE_FOR_ALL)
            .intensity(2, Duration.ofMinutes(10))
            .child("well", SLEEP)
            .child("ill", ChildSpec.of(Command.of("sh", "-c", "exit 1")).backoff(Backoff.none()));
    Supervisor outer = oneForOne().intensity(1, Duration.ofMinutes(10)).child("inner", inner);

    try (RunningSupervisor supervisor = outer.start()) {
      SupervisorEnd end = supervisor.await(LIMIT).orElseThrow();

      assertThat(end).isInstanceOf(SupervisorEnd.IntensityExceeded.class);
      assertThat(end.toString()).isEqualTo("more than 1 restarts in 600 s, the last of inner");
    }
    List<String> restarts = told.childrenOf(SupervisorEvent.Restarting.class);
    // Two of each inner supervisor before it gives up, with the other child; one of the inner.
    assertThat(restarts.stream().filter("ill"::equals)).hasSizeGreaterThanOrEqualTo(4);
    assertThat(restarts.stream().filter("inner"::equals)).hasSize(1);
  }

  @Test
  void stop_always_goesInReverseOrder(@TempDir Path folder) throws Exception {
    Path log = folder.resolve("log");
    Supervisor supervisor = oneForOne();
    for (String id : List.of("a", "b", "c")) {
      supervisor =
          supervisor.child(
              id, ChildSpec.of(logging(id, log)).readiness(Readiness.file(folder.resolve(id))));
    }

    try (RunningSupervisor running = supervisor.start()) {
      assertThat(running.awaitReady(LIMIT)).isTrue();
      for (String id : List.of("a", "b", "c")) {
        awaitFile(folder.resolve(id));
      }
      assertThat(running.stop()).isEqualTo(new SupervisorEnd.Stopped());
      assertThat(running.stop()).isEqualTo(new SupervisorEnd.Stopped());
    }

    assertThat(Files.readAllLines(log).stream().filter(line -> line.startsWith("down")))
        .containsExactly("down c", "down b", "down a");
  }

  private static void awaitFile(Path file) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!Files.exists(file) && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(file).exists();
  }

  private static Command logging(String id, Path log) {
    String script =
        """
        trap 'echo down %1$s >> log; exit 0' TERM
        echo up %1$s >> log
        : > %1$s
        while :; do sleep 1000 & wait; done
        """;
    return Command.of("sh", "-c", script.formatted(id)).directory(log.getParent());
  }

  @Test
  void dependency_onCompletion_isWaitedFor(@TempDir Path folder) throws Exception {
    Command migrate = Command.of("sh", "-c", "echo done > schema").directory(folder);
    Command serve =
        Command.of("sh", "-c", "cp schema copy; mv copy seen; exec sleep 1000").directory(folder);
    Supervisor supervisor =
        oneForOne()
            .order(Order.DEPENDENCIES)
            .child(
                "web",
                ChildSpec.of(serve)
                    .dependsOn("migrate", Condition.SUCCEEDED)
                    .readiness(Readiness.file(folder.resolve("seen"))))
            .child("migrate", ChildSpec.of(migrate).restart(Restart.TRANSIENT));

    try (RunningSupervisor running = supervisor.start()) {
      assertThat(running.awaitReady(LIMIT)).isTrue();
      awaitFile(folder.resolve("seen"));
      assertThat(folder.resolve("seen")).hasContent("done");
      assertThat(running.children()).extracting(ChildStatus::id).containsExactly("migrate", "web");
    }
  }

  @Test
  void boundChild_itsDependencyIsKilled_isRestartedAfterIt() throws Exception {
    Supervisor supervisor =
        oneForOne()
            .child("db", SLEEP)
            .child("web", ChildSpec.of(SLEEP).boundTo("db", Condition.READY));
    try (RunningSupervisor running = supervisor.start()) {
      assertThat(running.awaitReady(LIMIT)).isTrue();
      told.next(SupervisorEvent.Ready.class, "web");

      assertThat(running.process("db").orElseThrow().signal(Signal.KILL)).isTrue();

      SupervisorEvent.Ended ended = told.next(SupervisorEvent.Ended.class, "web");
      assertThat(ended.asked()).isTrue();
      assertThat(ended.death().reason()).contains("bound to \"db\"");
      told.next(SupervisorEvent.Started.class, "db");
      told.next(SupervisorEvent.Ready.class, "web");
    }
  }

  @Test
  void fork_ofNode_givesItsChannelToTheHandler(@TempDir Path folder) throws Exception {
    Path script = folder.resolve("child.js");
    Files.writeString(
        script,
        "process.on('message', (m) => process.send('echo ' + m));\nprocess.send('hello');\n");
    CompletableFuture<Object> hello = new CompletableFuture<>();
    CompletableFuture<Object> echo = new CompletableFuture<>();
    ChildSpec spec =
        ChildSpec.of(Fork.node(script.toString()))
            .onFork(fork ->
                fork.channel()
                    .onMessage((Message message) -> {
                      if (!hello.complete(message.value())) {
                        echo.complete(message.value());
                      }
                    }));
    try (RunningSupervisor running = oneForOne().child("node", spec).start()) {
      assertThat(hello.get(30, TimeUnit.SECONDS)).isEqualTo("hello");
      assertThat(running.fork("node").orElseThrow().send("you")).isTrue();
      assertThat(echo.get(30, TimeUnit.SECONDS)).isEqualTo("echo you");
      assertThat(running.stop()).isEqualTo(new SupervisorEnd.Stopped());
    }
  }

  @Test
  void grandchildren_ofDeadChild_areGoneBeforeTheNextRun() throws Exception {
    ChildSpec spec = ChildSpec.of(Command.of("sh", "-c", "sleep 1000 & sleep 1000 & wait"));
    try (RunningSupervisor running = oneForOne().child("web", spec).start()) {
      long pid = told.next(SupervisorEvent.Started.class, "web").pid();
      List<Long> helpers = helpers(pid);

      assertThat(running.process("web").orElseThrow().signal(Signal.KILL)).isTrue();

      told.next(SupervisorEvent.Started.class, "web");
      assertThat(helpers)
          .allSatisfy(helper ->
              assertThat(ProcessInfo.of(helper).filter(info -> info.state() != ProcessState.ZOMBIE))
                  .isEmpty());
    }
  }

  @Test
  void lifetime_ofChildThatLeavesAStubbornHelper_endsWithTheChild(@TempDir Path folder)
      throws Exception {
    Duration grace = Duration.ofMillis(500);
    String script =
        """
        (trap '' TERM; : > up; exec sleep 1000) &
        while [ ! -e up ]; do sleep 0.01; done
        """;
    ChildSpec spec =
        ChildSpec.of(Command.of("sh", "-c", script).directory(folder))
            .restart(Restart.TEMPORARY)
            .shutdown(Shutdown.within(grace));
    long begin = System.nanoTime();
    try (RunningSupervisor running = oneForOne().child("job", spec).start()) {
      Death death = told.next(SupervisorEvent.Ended.class, "job").death();

      Duration all = Duration.ofNanos(System.nanoTime() - begin);
      assertThat(death.lifetime()).isLessThanOrEqualTo(all.minus(grace));
      assertThat(running.awaitReady(LIMIT)).isTrue();
    }
  }

  private static List<Long> helpers(long pid) {
    long end = System.nanoTime() + LIMIT.toNanos();
    List<Long> helpers = List.of();
    while (helpers.size() < 2 && System.nanoTime() < end) {
      helpers = ProcessHandle.of(pid).orElseThrow().children().map(ProcessHandle::pid).toList();
      Thread.onSpinWait();
    }
    assertThat(helpers).hasSize(2);
    return helpers;
  }

  @Test
  void calls_onChildren_doWhatTheySay() throws Exception {
    try (RunningSupervisor running = oneForOne().child("a", SLEEP).start()) {
      assertThat(running.awaitReady(LIMIT)).isTrue();

      running.startChild("b", ChildSpec.of(SLEEP).dependsOn("a", Condition.READY));
      assertThat(running.awaitReady(LIMIT)).isTrue();
      running.terminateChild("b");
      assertThat(running.child("b").orElseThrow().state()).isEqualTo(ChildState.STOPPED);
      running.restartChild("b");
      assertThat(running.awaitReady(LIMIT)).isTrue();
      assertThat(running.child("b").orElseThrow().runs()).isEqualTo(2);

      assertThatThrownBy(() -> running.deleteChild("b"))
          .isInstanceOf(SupervisionException.class)
          .hasMessage("\"b\" is RUNNING, terminate it first");
      assertThatThrownBy(() -> running.startChild("b", ChildSpec.of(SLEEP)))
          .hasMessage("main has a child \"b\"");
      assertThatThrownBy(() -> running.terminateChild("c")).hasMessage("main has no child \"c\"");
      running.terminateChild("b");
      running.deleteChild("b");
      assertThat(running.children()).extracting(ChildStatus::id).containsExactly("a");
      assertThat(running.kill()).isEqualTo(new SupervisorEnd.Stopped());
      assertThatThrownBy(() -> running.restartChild("a")).hasMessage("main is ending: stopped");
    }
  }

  @Test
  void temporaryChildren_added_areForgotten() throws Exception {
    try (RunningSupervisor running = oneForOne().start()) {
      for (int n = 0; n < 20; n++) {
        running.startChild("job" + n, ChildSpec.of(Command.of("true")).restart(Restart.TEMPORARY));
      }
      for (int n = 0; n < 20; n++) {
        SupervisorEvent unused = told.next(SupervisorEvent.Completed.class::isInstance);
      }
      assertThat(running.children()).isEmpty();
    }
  }

  @Test
  void question_failsBadly_isAnsweredAndEndsTheSupervisor() throws Exception {
    RunningSupervisor supervisor = oneForOne().child("web", SLEEP).start();
    CompletableFuture<Integer> asked =
        CompletableFuture.supplyAsync(
            () ->
                supervisor.ask(core -> {
                  throw new AssertionError("on purpose");
                }),
            Thread::startVirtualThread);

    assertThatThrownBy(() -> asked.get(20, TimeUnit.SECONDS)).hasRootCauseMessage("on purpose");

    assertThat(supervisor.await(LIMIT)).contains(new SupervisorEnd.Broken());
    supervisor.close();
  }

  @Test
  void significantChild_ends_endsTheSupervisor() throws Exception {
    Supervisor supervisor =
        oneForOne()
            .autoShutdown(AutoShutdown.ANY_SIGNIFICANT)
            .child("sidecar", SLEEP)
            .child(
                "job", ChildSpec.of(Command.of("true")).restart(Restart.TRANSIENT).significant());
    try (RunningSupervisor running = supervisor.start()) {
      assertThat(running.await(LIMIT)).contains(new SupervisorEnd.SignificantEnded("job"));
    }
  }

  @Test
  void stubbornChild_pastItsGrace_isKilled(@TempDir Path folder) throws Exception {
    Command stubborn =
        Command.of("sh", "-c", "trap '' TERM; : > up; while :; do sleep 1000; done")
            .directory(folder);
    ChildSpec spec = ChildSpec.of(stubborn).shutdown(Shutdown.within(Duration.ofMillis(200)));
    try (RunningSupervisor running = oneForOne().child("web", spec).start()) {
      assertThat(running.awaitReady(LIMIT)).isTrue();
      awaitFile(folder.resolve("up"));
      running.terminateChild("web");
      assertThat(running.child("web").orElseThrow().lastDeath().orElseThrow().ending())
          .isEqualTo(new Ending.ProcessEnded(new Exit.Signaled(Signal.KILL, false), Cause.STOPPED));
    }
  }
}
