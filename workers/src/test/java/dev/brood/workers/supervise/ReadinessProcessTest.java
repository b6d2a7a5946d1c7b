package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Line;
import dev.brood.process.Stdio;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import dev.brood.workers.fork.Notification;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadinessProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ReadinessResult READY = new ReadinessResult.Ready();

  @TempDir private Path directory;
  private final List<Notification> told = new CopyOnWriteArrayList<>();

  @Test
  void started_anyChild_isReadyAtOnce() throws Exception {
    assertThat(await(Readiness.started(), sh("sleep 60"))).isEqualTo(READY);
  }

  @Test
  void message_readyOfPm2_isReadyAndTheMessageCanStillBeReceived() throws Exception {
    Fork node =
        Fork.of(Command.of("node", "-e", "process.send('ready'); process.on('message', () => {})"));
    try (ForkedChild child = node.spawn()) {
      assertThat(await(Readiness.message().limit(LIMIT), child)).isEqualTo(READY);
      assertThat(child.receive(LIMIT).orElseThrow().value()).isEqualTo("ready");
    }
  }

  @Test
  void message_readyOfBrood_isReady() throws Exception {
    try (ForkedChild child =
        Fork.of(sh("echo '\"warm\"' >&3; echo '{\"brood\":\"ready\"}' >&3; sleep 60")).spawn()) {
      assertThat(await(Readiness.message().limit(LIMIT), child)).isEqualTo(READY);
    }
  }

  @Test
  void message_saidBeforeAnybodyWaits_isNotMissed() throws Exception {
    try (ForkedChild child = Fork.of(sh("echo '\"ready\"' >&3; sleep 60")).spawn()) {
      assertThat(child.receive(LIMIT)).isPresent();
      assertThat(await(Readiness.message().limit(LIMIT), child)).isEqualTo(READY);
    }
  }

  @Test
  void message_channelEndsBefore_isNotReadyAndSaysWhy() throws Exception {
    try (ForkedChild child = Fork.of(sh("exec 3>&-; exec sleep 60")).spawn()) {
      assertThat(reason(await(Readiness.message().limit(LIMIT), child)))
          .contains("channel has ended");
    }
  }

  @Test
  void message_childWithoutAChannel_isNotReady() throws Exception {
    assertThat(reason(await(Readiness.message(), sh("sleep 60")))).contains("no channel");
  }

  @Test
  void notification_readyOfSystemd_isReadyAndEverythingIsTold() throws Exception {
    Command child =
        python("notify('STATUS=loading'); notify('MAINPID=42\\nREADY=1'); time.sleep(60)");

    assertThat(await(Readiness.notification().limit(LIMIT), child)).isEqualTo(READY);
    assertThat(told)
        .hasAtLeastOneElementOfType(Notification.Status.class)
        .hasAtLeastOneElementOfType(Notification.MainPid.class);
  }

  @Test
  void notification_asksForMoreTime_isGivenIt() throws Exception {
    Command child =
        python(
            "notify('EXTEND_TIMEOUT_USEC=60000000')",
            "while not os.path.exists('" + directory.resolve("go") + "'): time.sleep(0.01)",
            "notify('READY=1'); time.sleep(60)");
    Duration short1 = Duration.ofMillis(20);
    try (Probes probes = probes(child, Readiness.notification().limit(short1));
        Child started = probes.command().spawn()) {
      FutureTask<ReadinessResult> wait = awaitLater(probes, started, LIMIT);
      assertThat(wait.get()).isEqualTo(READY);
    }
  }

  @Test
  void newline_onItsDescriptor_isReadyWhateverCameBefore() throws Exception {
    assertThat(
            await(
                Readiness.newline(3).limit(LIMIT),
                sh("printf 'a b c' >&3; printf 'd\\ne' >&3; sleep 60")))
        .isEqualTo(READY);
  }

  @Test
  void newline_closedWithoutOne_isNotReady() throws Exception {
    assertThat(
            reason(
                await(
                    Readiness.newline(7).limit(LIMIT),
                    sh("printf abc >&7; exec 7>&-; exec sleep 60"))))
        .contains("closed descriptor 7 without a newline");
  }

  @Test
  void line_ofEitherOutput_isReadyAndGoesWhereItWentBefore() throws Exception {
    List<Line> lines = new CopyOnWriteArrayList<>();
    for (String redirect : List.of("", " >&2")) {
      Command child =
          sh("echo starting" + redirect + "; echo Listening on 80" + redirect + "; sleep 60")
              .stdout(Stdio.lines(lines::add))
              .stderr(Stdio.lines(lines::add));
      assertThat(await(Readiness.line("^Listening on \\d+$").limit(LIMIT), child)).isEqualTo(READY);
    }
    assertThat(lines)
        .extracting(Line::text)
        .containsExactly("starting", "Listening on 80", "starting", "Listening on 80");
  }

  @Test
  void line_oneOutputIntoTheOther_isHeardThere() throws Exception {
    Command child = sh("echo up >&2; sleep 60").stderr(Stdio.toStdout());

    assertThat(await(Readiness.line("up").limit(LIMIT), child)).isEqualTo(READY);
  }

  @Test
  void line_muchOutputAfterIt_neverStopsTheChild() throws Exception {
    Command child = sh("echo up; yes | head -c 3000000; exit 7");
    try (Probes probes = probes(child, Readiness.line("up").limit(LIMIT));
        Child started = probes.command().spawn()) {
      assertThat(probes.awaitReady(ProbedChild.of(started))).isEqualTo(READY);
      assertThat(started.await(LIMIT)).hasToString("Optional[exit code 7]");
    }
  }

  @Test
  void tcp_portThatOpensLater_isReadyThen() throws Exception {
    int port = Ports.free();

    assertThat(await(Readiness.tcp("localhost", port).limit(LIMIT), Ports.server(port, "200")))
        .isEqualTo(READY);
  }

  @Test
  void http_errorFirst_isReadyWithTheFirstGoodStatus() throws Exception {
    int port = Ports.free();
    URI uri = URI.create("http://localhost:" + port + "/health?deep=1");

    assertThat(
            await(
                Readiness.http(uri).limit(LIMIT).period(Duration.ofMillis(20)),
                Ports.server(port, "503", "404", "302")))
        .isEqualTo(READY);
  }

  @Test
  void http_nothingButErrors_isNotReadyAndSaysTheLastOne() throws Exception {
    int port = Ports.free();
    URI uri = URI.create("http://127.0.0.1:" + port);
    Command server = Ports.server(port, "503");
    try (Probes up = probes(server, Readiness.tcp("127.0.0.1", port).limit(LIMIT));
        Probes probes = probes(server, Readiness.http(uri).limit(Duration.ofSeconds(3)));
        Child child = server.spawn()) {
      assertThat(up.awaitReady(ProbedChild.of(child))).isEqualTo(READY);
      assertThat(reason(probes.awaitReady(ProbedChild.of(child))))
          .isEqualTo("it was not ready within 3 s: it answered with status 503");
    }
  }

  @Test
  void command_thatSucceedsLater_isReadyThen() throws Exception {
    Path file = directory.resolve("up");
    Readiness readiness =
        Readiness.command(Command.of("test", "-e", file.toString()))
            .period(Duration.ofMillis(20))
            .limit(LIMIT);

    assertThat(await(readiness, sh("sleep 0.1; touch " + file + "; sleep 60"))).isEqualTo(READY);
  }

  @Test
  void file_leftByAnEarlierRun_doesNotCountUntilItChanges() throws Exception {
    Path file = Files.writeString(directory.resolve("pid"), "1");
    Readiness readiness = Readiness.file(file).period(Duration.ofMillis(5));

    assertThat(reason(await(readiness.limit(Duration.ofMillis(300)), sh("sleep 60"))))
        .contains("as it was before the start");
    assertThat(await(readiness.limit(LIMIT), sh("sleep 0.1; echo 23 > " + file + "; sleep 60")))
        .isEqualTo(READY);
  }

  @Test
  void file_thatAppears_isReady() throws Exception {
    Path file = directory.resolve("new");

    assertThat(
            await(Readiness.file(file).limit(LIMIT), sh("sleep 0.1; touch " + file + "; sleep 60")))
        .isEqualTo(READY);
  }

  @Test
  void await_childThatEnds_isEndedLongBeforeTheLimit() throws Exception {
    for (Readiness readiness :
        List.of(
            Readiness.notification(),
            Readiness.newline(3),
            Readiness.line("never"),
            Readiness.tcp("localhost", Ports.free()),
            Readiness.file(directory.resolve("none")))) {
      assertThat(await(readiness.limit(Duration.ofHours(1)), sh("sleep 0.05; exit 3")))
          .as(readiness.toString())
          .isEqualTo(new ReadinessResult.Ended());
    }
  }

  @Test
  void await_limitPasses_isNotReadyAndLeavesNothing() throws Exception {
    Duration limit = Duration.ofMillis(50);
    for (Readiness readiness :
        List.of(
            Readiness.notification(),
            Readiness.newline(3),
            Readiness.line("never"),
            Readiness.command(Command.of("sleep", "60")))) {
      assertThat(reason(await(readiness.limit(limit), sh("sleep 60"))))
          .startsWith("it was not ready within 50 ms");
    }
  }

  @Test
  void await_interrupted_throwsAndLeavesNothing() throws Exception {
    for (Readiness readiness :
        List.of(
            Readiness.notification(),
            Readiness.newline(3),
            Readiness.line("never"),
            Readiness.tcp("localhost", Ports.free()),
            Readiness.command(Command.of("sleep", "60")))) {
      try (Probes probes = probes(sh("sleep 60"), readiness);
          Child child = probes.command().spawn()) {
        FutureTask<ReadinessResult> wait =
            new FutureTask<>(() -> probes.awaitReady(ProbedChild.of(child)));
        Thread thread = Thread.ofVirtual().start(wait);
        thread.interrupt();
        assertThatThrownBy(wait::get).hasCauseInstanceOf(InterruptedException.class);
      }
    }
  }

  private FutureTask<ReadinessResult> awaitLater(Probes probes, Child child, Duration limit)
      throws Exception {
    long end = System.nanoTime() + limit.toNanos();
    while (told.isEmpty() && System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
    FutureTask<ReadinessResult> wait =
        new FutureTask<>(() -> probes.awaitReady(ProbedChild.of(child)));
    Thread.ofVirtual().start(wait);
    Files.createFile(directory.resolve("go"));
    return wait;
  }

  private ReadinessResult await(Readiness readiness, Command command) throws Exception {
    try (Probes probes = probes(command, readiness);
        Child child = probes.command().spawn()) {
      return probes.awaitReady(ProbedChild.of(child));
    }
  }

  private ReadinessResult await(Readiness readiness, ForkedChild child) throws Exception {
    try (Probes probes = probes(child.child().command(), readiness)) {
      return probes.awaitReady(ProbedChild.of(child));
    }
  }

  private Probes probes(Command command, Readiness readiness) {
    return Probes.prepare(command, readiness, Health.none(), told::add);
  }

  private static String reason(ReadinessResult result) {
    assertThat(result).isInstanceOf(ReadinessResult.NotReady.class);
    return ((ReadinessResult.NotReady) result).reason();
  }

  private static Command sh(String script) {
    return Command.of("sh", "-c", script).stdout(Stdio.none()).stderr(Stdio.none());
  }

  private static Command python(String... lines) {
    return Notifier.command(lines);
  }
}
