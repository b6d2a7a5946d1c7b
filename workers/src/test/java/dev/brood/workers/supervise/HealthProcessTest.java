package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import dev.brood.process.observe.ProcessInfo;
import dev.brood.process.observe.ProcessState;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthProcessTest {
  private static final Duration SOON = Duration.ofMillis(20);
  private static final HealthChange HEALTHY = new HealthChange.Healthy();
  private static final String ANSWERING =
      """
      process.on('message', message => {
        if (message.brood !== 'request' || message.body.type !== 'health_check') return;
        const answer = require('fs').existsSync(process.argv[1])
          ? {error: {message: 'disk full'}} : {body: 'fine'};
        process.send({brood: 'reply', id: message.id, ...answer});
      });
      """;

  @TempDir private Path directory;
  private final BlockingQueue<HealthChange> changes = new LinkedBlockingQueue<>();

  @Test
  void ping_answeredThenWithAnErrorThenAgain_tellsEachChange() throws Exception {
    Path full = directory.resolve("full");
    Fork node = Fork.of(Command.of("node", "-e", ANSWERING, "--", full.toString()));
    try (ForkedChild child = node.spawn();
        Probes probes = probes(child.child().command(), Health.ping().period(SOON))) {
      probes.watchHealth(ProbedChild.of(child), changes::add);
      assertThat(next()).isEqualTo(HEALTHY);
      Files.createFile(full);
      HealthChange second = next();
      assertThat(second).isInstanceOf(HealthChange.Unhealthy.class);
      assertThat(((HealthChange.Unhealthy) second).reason()).contains("disk full");
      assertThat(((HealthChange.Unhealthy) second).failures()).isEqualTo(3);
      Files.delete(full);
      assertThat(next()).isEqualTo(HEALTHY);
    }
  }

  @Test
  void ping_childThatStandsStill_isUnhealthy() throws Exception {
    Health health = Health.ping().period(SOON).timeout(Duration.ofMillis(200)).failures(2);
    Fork node = Fork.of(Command.of("node", "-e", ANSWERING, "--", "/nowhere"));
    try (ForkedChild child = node.spawn();
        Probes probes = probes(child.child().command(), health.timeout(Duration.ofSeconds(30)))) {
      probes.watchHealth(ProbedChild.of(child), changes::add);
      assertThat(next()).isEqualTo(HEALTHY);
      try (Probes impatient = probes(child.child().command(), health)) {
        child.child().signal(Signal.STOP);
        await("it stands still", () -> isStopped(child.pid()));
        impatient.watchHealth(ProbedChild.of(child), changes::add);
        assertThat(next()).isEqualTo(new HealthChange.Unhealthy("no answer within 200 ms", 2));
      } finally {
        child.child().signal(Signal.CONT);
      }
    }
  }

  @Test
  void watchdog_beatsThenSilence_isHealthyThenUnhealthy() throws Exception {
    Path stop = directory.resolve("stop");
    Command python =
        Notifier.command(
            "assert os.environ['WATCHDOG_USEC'] == '3000000'",
            "while not os.path.exists('" + stop + "'): notify('WATCHDOG=1'); time.sleep(0.05)",
            "time.sleep(60)");
    Health health = Health.watchdog(Duration.ofSeconds(3)).period(Duration.ofHours(1)); // no matter
    CountDownLatch beaten = new CountDownLatch(1);
    try (Probes probes =
            Probes.prepare(python, Readiness.started(), health, it -> beaten.countDown());
        Child child = probes.command().spawn()) {
      assertThat(beaten.await(60, TimeUnit.SECONDS)).as("it has come up").isTrue();
      probes.watchHealth(ProbedChild.of(child), changes::add);
      assertThat(next()).isEqualTo(HEALTHY);
      Files.createFile(stop);
      assertThat(next()).isEqualTo(new HealthChange.Unhealthy("no WATCHDOG=1 for 3 s", 1));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "WATCHDOG=trigger, it sent WATCHDOG=trigger",
    "WATCHDOG_USEC=50000, no WATCHDOG=1 for 50 ms",
  })
  void watchdog_triggerOrShorterIntervalByTheChild_holds(String said, String problem)
      throws Exception {
    Command python = Notifier.command("notify('%s'); time.sleep(60)".formatted(said));
    try (Probes probes = probes(python, Health.watchdog(Duration.ofHours(1)));
        Child child = probes.command().spawn()) {
      probes.watchHealth(ProbedChild.of(child), changes::add);
      assertThat(next()).isEqualTo(new HealthChange.Unhealthy(problem, 1));
    }
  }

  @Test
  void http_statusOfAServer_decides() throws Exception {
    int port = Ports.free();
    Health health = Health.http(URI.create("http://localhost:" + port)).period(SOON).failures(1);
    try (Probes probes = probes(Ports.server(port, "200", "200", "500"), health);
        Child child = probes.command().spawn()) {
      Readiness readiness = Readiness.tcp("localhost", port).limit(Duration.ofSeconds(60));
      try (Probes ready =
          Probes.prepare(child.command(), readiness, Health.none(), notification -> {})) {
        assertThat(ready.awaitReady(ProbedChild.of(child))).isEqualTo(new ReadinessResult.Ready());
      }
      probes.watchHealth(ProbedChild.of(child), changes::add);
      assertThat(next()).isEqualTo(HEALTHY);
      assertThat(next()).isEqualTo(new HealthChange.Unhealthy("it answered with status 500", 1));
    }
  }

  @Test
  void http_answerThatNeverEnds_isJudgedByItsStatus() throws Exception {
    int port = Ports.free();
    URI uri = URI.create("http://localhost:" + port);
    Health health = Health.http(uri).timeout(Duration.ofSeconds(3)).failures(1);
    try (Probes probes = probes(Ports.endless(port), health);
        Child child = probes.command().spawn()) {
      Readiness readiness = Readiness.tcp("localhost", port).limit(Duration.ofSeconds(60));
      try (Probes ready =
          Probes.prepare(child.command(), readiness, Health.none(), notification -> {})) {
        assertThat(ready.awaitReady(ProbedChild.of(child))).isEqualTo(new ReadinessResult.Ready());
      }
      probes.watchHealth(ProbedChild.of(child), changes::add);
      assertThat(next()).isEqualTo(HEALTHY);
    }
  }

  @Test
  void http_serverThatNeverAnswers_failsByTheTimeoutAndLeavesNothing() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      URI uri = URI.create("http://127.0.0.1:" + silent.getLocalPort());
      Health health = Health.http(uri).timeout(Duration.ofMillis(100)).failures(1);
      assertThat(firstChange(health))
          .isEqualTo(new HealthChange.Unhealthy("no answer within 100 ms", 1));
    }
  }

  @Test
  void tcp_nobodyListens_isUnhealthy() throws Exception {
    Health health = Health.tcp("localhost", Ports.free()).failures(1);

    assertThat(firstChange(health)).isEqualTo(new HealthChange.Unhealthy("Connection refused", 1));
  }

  @Test
  void tcp_unknownHost_isUnhealthyAndSaysSo() throws Exception {
    Health health = Health.tcp("no.such.host.invalid", 80).timeout(Duration.ofSeconds(50));
    HealthChange change = firstChange(health.failures(1)); // some machines ask around for long

    assertThat(((HealthChange.Unhealthy) change).reason())
        .startsWith("unknown host no.such.host.invalid");
  }

  @Test
  void command_thatFails_isUnhealthyWithItsExitAndLastWords() throws Exception {
    Health health =
        Health.command(Command.of("sh", "-c", "echo one >&2; echo no space >&2; exit 4"))
            .failures(1);

    assertThat(firstChange(health))
        .isEqualTo(new HealthChange.Unhealthy("exit code 4: no space", 1));
  }

  @Test
  void command_thatTakesTooLong_isKilledAndUnhealthy() throws Exception {
    Health health =
        Health.command(Command.of("sh", "-c", "trap '' TERM; sleep 60"))
            .timeout(Duration.ofMillis(100))
            .failures(1);

    assertThat(firstChange(health))
        .isEqualTo(new HealthChange.Unhealthy("it took longer than 100 ms", 1));
  }

  @Test
  void command_thatCannotBeStarted_isUnhealthy() throws Exception {
    HealthChange change = firstChange(Health.command(Command.of("/no/such/program")).failures(1));

    assertThat(((HealthChange.Unhealthy) change).reason()).contains("ENOENT");
  }

  @Test
  void close_lookUnderWay_isBrokenOffAndNothingIsTold() throws Exception {
    Path begun = directory.resolve("begun");
    Health health =
        Health.command(Command.of("sh", "-c", "touch " + begun + "; sleep 60"))
            .timeout(Duration.ofMinutes(1))
            .failures(1);
    try (Child child = Command.of("sleep", "60").spawn()) {
      try (Probes probes = probes(child.command(), health)) {
        probes.watchHealth(ProbedChild.of(child), changes::add);
        await("its look has begun", () -> Files.exists(begun));
      }
    }
    assertThat(changes).isEmpty();
  }

  @Test
  void watch_childThatEnds_endsByItself() throws Exception {
    Probes probes = probes(Command.of("true"), Health.command(Command.of("true")).period(SOON));
    try (Child child = probes.command().spawn()) {
      probes.watchHealth(ProbedChild.of(child), changes::add);
      child.await();
    } // not closed: the census finds the thread if it is still there
  }

  @Test
  void none_watched_doesNothing() throws Exception {
    try (Child child = Command.of("sleep", "60").spawn();
        Probes probes = probes(child.command(), Health.none())) {
      probes.watchHealth(ProbedChild.of(child), changes::add);
    }
    assertThat(changes).isEmpty();
  }

  private HealthChange firstChange(Health health) throws Exception {
    try (Child child = Command.of("sleep", "60").stdout(Stdio.none()).spawn();
        Probes probes = probes(child.command(), health)) {
      probes.watchHealth(ProbedChild.of(child), changes::add);
      return next();
    }
  }

  private HealthChange next() throws InterruptedException {
    HealthChange change = changes.poll(60, TimeUnit.SECONDS);
    assertThat(change).as("a change in time").isNotNull();
    return change;
  }

  private static Probes probes(Command command, Health health) {
    return Probes.prepare(command, Readiness.started(), health, notification -> {});
  }

  private static boolean isStopped(long pid) {
    return ProcessInfo.of(pid).filter(info -> info.state() == ProcessState.STOPPED).isPresent();
  }

  private static void await(String what, BooleanSupplier fact) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("in time: " + what).isNegative();
      Thread.onSpinWait();
    }
  }
}
