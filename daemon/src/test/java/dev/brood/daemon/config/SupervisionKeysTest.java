package dev.brood.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.brood.workers.supervise.Backoff;
import dev.brood.workers.supervise.Condition;
import dev.brood.workers.supervise.GiveUp;
import dev.brood.workers.supervise.Restart;
import dev.brood.workers.supervise.UnhealthyAction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The keys that say how an app lives: what they mean, and what is refused, with its place. */
class SupervisionKeysTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "restart: permanent, PERMANENT",
    "restart: transient, TRANSIENT",
    "restart: temporary, TEMPORARY",
    "autorestart: true, PERMANENT",
    "autorestart: false, TEMPORARY",
    "autorestart: true#stop_exit_codes: 0, TRANSIENT",
    "x-none: 0, TRANSIENT",
  })
  void restart_words_areThoseOfOtpAndPm2(String keys, Restart expected) throws IOException {
    assertThat(read(keys.replace("#", "\n  ")).restart()).isEqualTo(expected);
  }

  @Test
  void limits_ofRestarts_areAsWritten() throws IOException {
    Supervision supervision =
        read("max_restarts: 3\n  min_uptime: 2s\n  stop_exit_codes: [0, 75]\n  significant: true");
    assertThat(supervision.giveUp()).contains(GiveUp.after(4));
    assertThat(supervision.backoff().resetAfter()).isEqualTo(Duration.ofSeconds(2));
    assertThat(supervision.successCodes()).containsExactlyInAnyOrder(0, 75);
    assertThat(supervision.significant()).isTrue();
    assertThat(read("max_restarts: unlimited").giveUp()).isEmpty();
  }

  @Test
  void backoff_ofPm2sKeys_isFixedOrGrowing() throws IOException {
    Backoff fixed = read("restart_delay: 300").backoff();
    assertThat(List.of(delay(fixed, 1), delay(fixed, 9))).containsOnly(Duration.ofMillis(300));
    Backoff growing = read("exp_backoff_restart_delay: 100").backoff();
    assertThat(delay(growing, 1)).isEqualTo(Duration.ofMillis(100));
    assertThat(delay(growing, 2)).isEqualTo(Duration.ofMillis(150));
    assertThat(delay(growing, 99)).isEqualTo(Duration.ofSeconds(15));
    assertThat(delay(read("exp_backoff_restart_delay: 20s").backoff(), 2)).hasSeconds(20);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "ready: started ~ Started[]",
        "ready: message ~ Message[]",
        "ready: notify ~ Notify[]",
        "ready: {notify: true} ~ Notify[]",
        "wait_ready: true ~ Message[]",
        "wait_ready: false ~ Started[]",
        "ready: {newline: 3} ~ Newline[descriptor=3]",
        "ready: {line: \"up \\\\d\"} ~ OutputLine[pattern=up \\d]",
        "ready: {tcp: 80} ~ Tcp[address=80]",
        "ready: {tcp: $PORT} ~ Tcp[address=$PORT]",
        "ready: {tcp: db:5432} ~ Tcp[address=db:5432]",
        "ready: {http: http://a:1/b} ~ Http[address=http://a:1/b]",
        "ready: {command: test -f x} ~ ShellLine[line=test -f x]",
        "ready: {file: a.pid} ~ NewFile[path=a.pid]",
      })
  void ready_everySign_isRead(String key, String expected) throws IOException {
    assertThat(read(key).ready().sign()).hasToString(expected);
  }

  @Test
  void ready_options_areLimitAndPeriod() throws IOException {
    ReadyCheck check = read("ready: {tcp: 80, limit: 2s, period: 50}").ready();
    assertThat(check.limit()).contains(Duration.ofSeconds(2));
    assertThat(check.period()).contains(Duration.ofMillis(50));
    assertThat(read("wait_ready: true\n  listen_timeout: 3000").ready().limit())
        .contains(Duration.ofSeconds(3));
  }

  @Test
  void health_options_areRead() throws IOException {
    HealthCheck check =
        read("health: {tcp: 80, period: 1s, timeout: 2s, failures: 4, successes: 5, action:"
                + " report}")
            .health()
            .orElseThrow();
    assertThat(check)
        .isEqualTo(
            new HealthCheck(
                new Sign.Tcp("80"),
                Optional.of(Duration.ofSeconds(1)),
                Optional.of(Duration.ofSeconds(2)),
                Optional.of(4),
                Optional.of(5),
                Optional.of(UnhealthyAction.REPORT)));
    assertThat(read("health: ping").health().orElseThrow().sign()).isEqualTo(new Sign.Ping());
    assertThat(read("health: {watchdog: 2s}").health().orElseThrow().sign())
        .isEqualTo(new Sign.Watchdog(Duration.ofSeconds(2)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "b ~ READY ~ false",
        "[b] ~ READY ~ false",
        "{b: started} ~ STARTED ~ false",
        "{b: completed} ~ COMPLETED ~ false",
        "{b: process_completed_successfully} ~ SUCCEEDED ~ false",
        "{b: {condition: service_healthy}} ~ HEALTHY ~ false",
        "{b: {restart: true}} ~ READY ~ true",
        "{b: {condition: process_log_ready, restart: false}} ~ READY ~ false",
      })
  void dependsOn_everyForm_isRead(String value, Condition condition, boolean bound)
      throws IOException {
    assertThat(read("depends_on: " + value + "\n- script: b").needs())
        .singleElement()
        .satisfies(need -> {
          assertThat(need.app()).isEqualTo("b");
          assertThat(need.condition()).isEqualTo(condition);
          assertThat(need.bound()).isEqualTo(bound);
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "progress: message ~ Message[]",
        "progress: percent"
            + " ~ Output[pattern=(?<!\\d|\\d[.,])(?<percent>\\d{1,3}(?:\\.\\d+)?) ?%]",
        "progress: {line: \"(?<done>.) of (?<total>.)\"}"
            + " ~ Output[pattern=(?<done>.) of (?<total>.)]",
      })
  void progress_everySource_isRead(String key, String expected) throws IOException {
    assertThat(app(key).progress().orElseThrow()).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "`progress: mesage` ~ 2:13: error: progress: expected message, percent, or a map with line,"
            + " found \"mesage\"; did you mean \"message\"?",
        "`progress: {line: \"(?<percent>\\\\d+\"}` ~ 2:20: error: progress.line: expected a regular"
            + " expression as Java has them, but Unclosed group near index 14",
        "`progress: {line: x, limit: 3}` ~ 2:13: error: progress: expected line and a regular"
            + " expression, alone",
        "`progress: {line: done}` ~ 2:20: error: progress.line: expected a regular expression with"
            + " a group (?<percent>...), or (?<done>...) and (?<total>...), (?<phase>...) or"
            + " (?<message>...), found \"done\"",
        "`restart: permanant` ~ 2:12: error: restart: expected one of permanent, temporary,"
            + " transient, found \"permanant\"; did you mean \"permanent\"?",
        "`restart: temporary|autorestart: false` ~ 3:3: error: \"autorestart\" has no place beside"
            + " \"restart\"; expected one of them",
        "`restart: permanent|stop_exit_codes: 0` ~ 3:3: error: \"stop_exit_codes\" has no place"
            + " beside restart: permanent, which restarts after every exit code; expected restart:"
            + " transient",
        "`restart: permanent|significant: true` ~ 3:3: error: \"significant\" has no end to wait"
            + " for, because the app is always restarted; expected restart: transient or temporary",
        "`restart_delay: 1s|expBackoffRestartDelay: 1s` ~ 3:3: error: \"expBackoffRestartDelay\""
            + " has no place beside \"restart_delay\"; expected one of them",
        "`max_restarts: -1` ~ 2:17: error: max_restarts: expected a number from 0 to 1000000, or"
            + " unlimited, found \"-1\"",
        "`stop_exit_codes: [0, 256]` ~ 2:24: error: stop_exit_codes: expected an exit code from 0"
            + " to 255, or a list of them, found \"256\"",
        "`stop_exit_codes: []` ~ 2:20: error: stop_exit_codes: expected an exit code from 0 to"
            + " 255, or a list of them, found an empty list",
        "`wait_ready: true|ready: notify` ~ 2:3: error: \"wait_ready\" has no place beside"
            + " \"ready\"; expected one of them",
        "`ready: notfy` ~ 2:10: error: ready: expected started, message, notify, or a map with one"
            + " of newline, line, tcp, http, command, file, found \"notfy\"; did you mean"
            + " \"notify\"?",
        "`ready: {htp: x}` ~ 2:11: error: ready: unknown key \"htp\"; did you mean \"http\"?",
        "`ready: {limit: 3s}` ~ 2:10: error: ready: expected one of started, message, notify,"
            + " newline, line, tcp, http, command, file, found none",
        "`ready: {tcp: 80, file: x}` ~ 2:10: error: ready: expected one of started, message,"
            + " notify, newline, line, tcp, http, command, file, found 2 of them",
        "`ready: {message: false}` ~ 2:20: error: ready.message: expected true, or nothing at all",
        "`ready: {message: maybe}` ~ 2:20: error: ready.message: expected true or false, found"
            + " \"maybe\"",
        "`ready: {tcp: 80, limit: 200000d}` ~ 2:27: error: ready.limit: expected a duration of at"
            + " most 106751d, found \"200000d\"",
        "`ready: {newline: 2}` ~ 2:20: error: ready.newline: expected a descriptor from 3 to 1023,"
            + " found \"2\"",
        "`ready: {line: \"(\"}` ~ 2:17: error: ready.line: expected a regular expression as Java"
            + " has them, but Unclosed group near index 1",
        "`ready: {tcp: here}` ~ 2:16: error: ready.tcp: expected a port, or HOST:PORT, found"
            + " \"here\"",
        "`ready: {http: localhost}` ~ 2:17: error: ready.http: expected an address such as"
            + " http://localhost:8080/health, found \"localhost\"",
        "`ready: {tcp: 80, limit: 0}` ~ 2:27: error: ready.limit: expected a duration above 0,"
            + " found \"0\"",
        "`ready: {tcp: 80, limit: 1s}|listen_timeout: 2s` ~ 3:3: error: \"listen_timeout\" says the"
            + " same as ready.limit; expected one of them",
        "`health: pong` ~ 2:11: error: health: expected ping, or a map with one of watchdog, tcp,"
            + " http, command, found \"pong\"; did you mean \"ping\"?",
        "`health: {tcp: 80, action: kill}` ~ 2:29: error: health.action: expected one of report,"
            + " restart, stop, found \"kill\"",
        "`health: {tcp: 80, failures: 0}` ~ 2:31: error: health.failures: expected a number from 1"
            + " to 1000, found \"0\"",
        "`depends_on: bb` ~ 2:15: error: depends_on: there is no app \"bb\"; did you mean \"b\"?",
        "`depends_on: {b: redy}` ~ 2:19: error: depends_on.b: expected one of completed,"
            + " completed_successfully, healthy, log_ready, ready, started, found \"redy\"; did you"
            + " mean \"ready\"?",
        "`depends_on: {b: {conditon: ready}}` ~ 2:20: error: depends_on.b: unknown key"
            + " \"conditon\"; did you mean \"condition\"?",
        "`depends_on: {b: {condition: completed, restart: true}}` ~ 2:19: error: depends_on.b:"
            + " expected no restart: an app that has completed is not restarted",
        "`depends_on: [[b]]` ~ 2:16: error: depends_on: expected the name of an app, a list or a"
            + " map of them, found a list",
        "`depends_on: a` ~ 2:15: error: depends_on: apps wait for each other: a -> a",
        "`depends_on: {p: completed}` ~ 2:16: error: depends_on: \"p\" is never completed, because"
            + " it is always restarted; expected restart: transient or temporary there",
      })
  void read_mistake_namesPlaceAndExpectation(String keys, String expected) throws IOException {
    String text =
        "- script: a\n  "
            + keys.replace("|", "\n  ")
            + "\n- script: b\n- {script: p, restart: permanent}\n";
    assertThat(failure(text)).containsExactly(expected);
  }

  @Test
  void dependsOn_cycle_namesItsMembersOnce() throws IOException {
    assertThat(
            failure(
                """
                - {script: web, depends_on: [db, mail]}
                - {script: mail}
                - {script: db, depends_on: {store: ready}}
                - {script: store, depends_on: db}
                """))
        .containsExactly("4:31: error: depends_on: apps wait for each other: db -> store -> db");
  }

  private static Duration delay(Backoff backoff, int deaths) {
    return backoff.delay(deaths, () -> 0);
  }

  private Supervision read(String keys) throws IOException {
    return app(keys).supervision();
  }

  private App app(String keys) throws IOException {
    Path file = Files.writeString(directory.resolve("brood.yaml"), "- script: a\n  " + keys + "\n");
    return BroodFile.read(file, Map.of()).apps().getFirst();
  }

  private String[] failure(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("brood.yaml"), text);
    ConfigException failure =
        catchThrowableOfType(ConfigException.class, () -> BroodFile.read(file, Map.of()));
    assertThat(failure).as("reading must fail").isNotNull();
    return Arrays.stream(failure.getMessage().split("\n"))
        .map(line -> line.substring(file.toString().length() + 1))
        .toArray(String[]::new);
  }
}
