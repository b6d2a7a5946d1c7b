package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.process.FakePrograms;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import dev.brood.workers.fork.Fork;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Readiness and health of real children, as their supervisor acts on them. */
class SupervisedSignsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration SOON = Duration.ofMillis(50);

  /** Answers as long as there is no file of that name, which each run removes. */
  private static final String ANSWERING =
      """
      const fs = require('fs');
      fs.rmSync(process.argv[1], {force: true});
      process.on('message', message => {
        if (message.brood !== 'request' || message.body.type !== 'health_check') return;
        const answer = fs.existsSync(process.argv[1])
          ? {error: {message: 'disk full'}} : {body: 'fine'};
        process.send({brood: 'reply', id: message.id, ...answer});
      });
      """;

  private final Told told = new Told();
  @TempDir private Path directory;

  private Supervisor oneForOne() {
    return Supervisor.of(Strategy.ONE_FOR_ONE).name("main").onEvent(told);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "started",
        "message",
        "notification",
        "newline",
        "line",
        "tcp",
        "http",
        "command",
        "file"
      })
  void sign_ofEachRun_isWaitedForAgain(String sign) throws Exception {
    ChildSpec spec = withSign(sign);
    try (RunningSupervisor running = oneForOne().child("web", spec).start()) {
      told.next(SupervisorEvent.Ready.class, "web");
      assertThat(running.process("web").orElseThrow().signal(Signal.KILL)).isTrue();
      assertThat(told.next(SupervisorEvent.Ended.class, "web").asked()).isFalse();
      assertThat(told.next(SupervisorEvent.Started.class, "web").run()).isEqualTo(2);
      told.next(SupervisorEvent.Ready.class, "web");
      assertThat(running.awaitReady(LIMIT)).isTrue();
    }
  }

  @Test
  void readiness_handlerOfANewProcessFailsBadly_isLookedAtAllTheSame() throws Exception {
    ChildSpec spec =
        ChildSpec.of(Fork.of(Command.of("sleep", "60")))
            .onFork(fork -> {
              throw new NoClassDefFoundError("on purpose");
            });
    try (RunningSupervisor running = oneForOne().child("web", spec).start()) {
      assertThat(running.awaitReady(Duration.ofSeconds(20))).isTrue();
    }
  }

  @Test
  void readiness_lookFailsInAnUnknownWay_isLookedAtAgain() throws Exception {
    AtomicBoolean failed = new AtomicBoolean();
    Command check = Command.of("no-such-program-but-a-fake", "check");
    ChildSpec spec =
        ChildSpec.of(Command.of("no-such-program-but-a-fake", "serve"))
            .readiness(Readiness.command(check).period(SOON));
    try (FakePrograms fakes = FakePrograms.install()) {
      fakes.when(
          List.of("no-such-program-but-a-fake", "serve"), FakePrograms.answer().after(LIMIT));
      fakes.when(
          argv -> {
            if (argv.contains("check") && failed.compareAndSet(false, true)) {
              throw new IllegalStateException("on purpose");
            }
            return argv.contains("check");
          },
          call -> FakePrograms.answer());
      try (RunningSupervisor running = oneForOne().child("web", spec).start()) {
        assertThat(running.awaitReady(Duration.ofSeconds(20))).isTrue();
      }
    }
  }

  private ChildSpec withSign(String sign) throws Exception {
    int port = Ports.free();
    Path file = directory.resolve("sign");
    ChildSpec spec =
        switch (sign) {
          case "started" -> ChildSpec.of(sh("exec sleep 60"));
          case "message" ->
              ChildSpec.of(Fork.of(sh("echo '\"ready\"' >&3; exec sleep 60")))
                  .readiness(Readiness.message());
          case "notification" ->
              ChildSpec.of(Notifier.command("notify('READY=1'); time.sleep(60)"))
                  .readiness(Readiness.notification());
          case "newline" ->
              ChildSpec.of(sh("echo >&3; exec sleep 60")).readiness(Readiness.newline(3));
          case "line" ->
              ChildSpec.of(sh("echo up >&2; exec sleep 60")).readiness(Readiness.line("^up$"));
          case "tcp" ->
              ChildSpec.of(Ports.server(port, "200")).readiness(Readiness.tcp("localhost", port));
          case "http" ->
              ChildSpec.of(Ports.server(port, "503", "200"))
                  .readiness(Readiness.http(URI.create("http://localhost:" + port)));
          case "command" ->
              ChildSpec.of(sh("echo > " + file + "; exec sleep 60"))
                  .readiness(Readiness.command(Command.of("test", "-e", file.toString())));
          case "file" ->
              ChildSpec.of(sh("echo $$ > " + file + "; exec sleep 60"))
                  .readiness(Readiness.file(file));
          default -> throw new AssertionError(sign);
        };
    return spec.readiness(spec.readiness().limit(LIMIT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"message", "notification", "newline", "line", "tcp", "file"})
  void transientChild_doneBeforeItIsReady_hasCompleted(String sign) throws Exception {
    Command done = sh("exit 0");
    ChildSpec spec =
        switch (sign) {
          case "message" -> ChildSpec.of(Fork.of(done)).readiness(Readiness.message());
          case "notification" -> ChildSpec.of(done).readiness(Readiness.notification());
          case "newline" -> ChildSpec.of(done).readiness(Readiness.newline(3));
          case "line" -> ChildSpec.of(done).readiness(Readiness.line("never"));
          case "tcp" -> ChildSpec.of(done).readiness(Readiness.tcp("localhost", Ports.free()));
          case "file" -> ChildSpec.of(done).readiness(Readiness.file(directory.resolve("none")));
          default -> throw new AssertionError(sign);
        };
    try (RunningSupervisor running =
        oneForOne().child("job", spec.restart(Restart.TRANSIENT)).start()) {
      SupervisorEvent.Ended ended = told.next(SupervisorEvent.Ended.class, "job");
      assertThat(ended.asked()).as("%s", ended.death()).isFalse();
      assertThat(told.next(SupervisorEvent.Completed.class, "job").success()).isTrue();
      assertThat(running.awaitReady(LIMIT)).isTrue();
    }
  }

  @Test
  void child_thatDoesNotComeUp_isEndedAndGivenUp() throws Exception {
    ChildSpec spec =
        ChildSpec.of(sh("echo trying >&2; exec sleep 60"))
            .readiness(Readiness.line("never").limit(Duration.ofSeconds(2)))
            .giveUp(GiveUp.after(2));
    try (RunningSupervisor running = oneForOne().child("web", spec).start()) {
      SupervisorEvent.Ended ended = told.next(SupervisorEvent.Ended.class, "web");
      assertThat(ended.asked()).isTrue();
      assertThat(ended.death().reason()).contains("it was not ready within 2 s");
      assertThat(ended.death().lastErrors()).containsExactly("trying");
      told.next(SupervisorEvent.GivenUp.class, "web");
      assertThat(running.child("web").orElseThrow().deaths()).hasSize(2);
    }
  }

  @Test
  void ping_unhealthy_isRestartedAndWellAgain() throws Exception {
    Path full = directory.resolve("full");
    ChildSpec spec =
        ChildSpec.of(Fork.of(Command.of("node", "-e", ANSWERING, "--", full.toString())))
            .health(Health.ping().period(SOON).failures(2));
    try (RunningSupervisor running = oneForOne().child("web", spec).start()) {
      told.next(SupervisorEvent.Healthy.class, "web");
      Files.createFile(full);

      assertThat(told.next(SupervisorEvent.Unhealthy.class, "web").reason()).contains("disk full");
      SupervisorEvent.Ended ended = told.next(SupervisorEvent.Ended.class, "web");
      assertThat(ended.asked()).isTrue();
      assertThat(ended.death().reason().orElseThrow())
          .startsWith("unhealthy: ")
          .contains("disk full");
      assertThat(told.next(SupervisorEvent.Restarting.class, "web").deathsInRow()).isEqualTo(1);
      told.next(SupervisorEvent.Healthy.class, "web");
      assertThat(running.child("web").orElseThrow().healthy()).contains(true);
    }
  }

  @Test
  void watchdog_silence_isARestart() throws Exception {
    Path once = directory.resolve("once");
    Command python =
        Notifier.command(
            "again = os.path.exists('" + once + "')",
            "open('" + once + "', 'w').close()",
            "notify('WATCHDOG=1')",
            "while again: notify('WATCHDOG=1'); time.sleep(0.05)",
            "time.sleep(60)");
    ChildSpec spec = ChildSpec.of(python).health(Health.watchdog(Duration.ofSeconds(3)));
    try (RunningSupervisor running = oneForOne().child("web", spec).start()) {
      assertThat(told.next(SupervisorEvent.Unhealthy.class, "web").reason())
          .isEqualTo("no WATCHDOG=1 for 3 s");
      assertThat(told.next(SupervisorEvent.Started.class, "web").run()).isEqualTo(2);
      told.next(SupervisorEvent.Healthy.class, "web");
      assertThat(running.awaitReady(LIMIT)).isTrue();
    }
  }

  @Test
  void unhealthy_withStop_staysStopped() throws Exception {
    ChildSpec spec =
        ChildSpec.of(sh("exec sleep 60"))
            .health(
                Health.command(Command.of("false"))
                    .failures(1)
                    .whenUnhealthy(UnhealthyAction.STOP));
    try (RunningSupervisor running = oneForOne().child("web", spec).start()) {
      assertThat(told.next(SupervisorEvent.Ended.class, "web").asked()).isTrue();
      assertThat(running.child("web").orElseThrow().state()).isEqualTo(ChildState.STOPPED);
    }
  }

  @Test
  void children_ofThreeLanguages_dieWithTheirLastWords() throws Exception {
    Supervisor supervisor = oneForOne();
    for (Command command :
        List.of(
            Command.of("node", "-e", "throw new Error('no disk')"),
            Command.of("python3", "-c", "raise ValueError('no disk')"),
            Command.of("sh", "-c", "echo no disk >&2; exit 1"))) {
      ChildSpec spec = ChildSpec.of(command.stderr(Stdio.none())).restart(Restart.TEMPORARY);
      supervisor = supervisor.child(command.toString(), spec);
    }
    try (RunningSupervisor running = supervisor.start()) {
      for (int n = 0; n < 3; n++) {
        SupervisorEvent unused = told.next(SupervisorEvent.Completed.class::isInstance);
      }
      assertThat(running.children())
          .hasSize(3)
          .allSatisfy(child -> {
            Death death = child.lastDeath().orElseThrow();
            assertThat(death.ending()).hasToString("exit code 1");
            assertThat(String.join("\n", death.lastErrors())).contains("no disk");
            assertThat(death.usage()).isPresent();
            assertThat(death.usage().orElseThrow().cpu()).isPositive();
          });
    }
  }

  private static Command sh(String script) {
    return Command.of("sh", "-c", script).stdout(Stdio.none()).stderr(Stdio.none());
  }
}
