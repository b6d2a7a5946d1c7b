package dev.brood.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code brood up} makes of apps that die, come up, wait for each other and fall ill. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class UpSupervisionProcessTest {
  /** Runs until it is told to end. */
  private static final String STAY = "trap 'exit 0' TERM; while :; do sleep 0.05; done";

  /** The end of a script, and time for its trap on a busy machine. */
  private static final String PATIENTLY = "\", kill_timeout: 30s";

  @TempDir Path directory;

  @Test
  void up_killedFromOutside_isStartedAgain() throws Exception {
    file("- name: web", "  script: \"echo pid $$ up; " + STAY + "\"", "  kill_timeout: 30s");
    try (Cli cli = Cli.start(directory, "up")) {
      String first = pid(cli.awaitLine("pid "));
      run("kill", "-KILL", first);
      String second = pid(cli.awaitLine("pid "));
      assertThat(second).isNotEqualTo(first);
      cli.signal("TERM");
      Cli.Ended ended = cli.end();
      assertThat(ended.code()).isZero();
      assertThat(ended.err())
          .contains("web   * failed with SIGKILL, ran ")
          .contains("web   * restart 1 of 16 at once\n")
          .contains("web   * started again as run 2, pid " + second + "\n")
          .endsWith("brood * 1 stopped (web), 1 restart; exit code 0\n");
    }
  }

  @Test
  void up_diesTooOftenInARow_isGivenUpWithItsCode() throws Exception {
    file(
        "- {name: db, script: \"echo db up; " + STAY + PATIENTLY + "}",
        "- {name: web, script: \"exit 9\", max_restarts: 2, restart_delay: 20}");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isEqualTo(9);
    assertThat(ended.err())
        .contains("web   * restart 2 of 2 in 0.02 s\n")
        .doesNotContain("restart 3")
        .contains("web   * given up: 3 deaths in a row\nbrood * stopping the others\n")
        .endsWith("brood * 1 failed (web), 1 stopped (db), 2 restarts; exit code 9\n");
  }

  @Test
  void up_permanent_isStartedAgainAfterSuccess() throws Exception {
    file("- {name: a, script: \"exit 0\", restart: permanent, max_restarts: 1}");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .contains("a     * ended with exit code 0, ran ")
        .contains("a     * restart 1 of 1 at once")
        .contains("a     * given up: 2 deaths in a row");
  }

  @Test
  void up_stopExitCode_isASuccess() throws Exception {
    file("- {name: a, script: \"exit 75\", stop_exit_codes: [0, 75]}");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isZero();
    assertThat(ended.err())
        .contains("a     * ended with exit code 75, ran ")
        .endsWith("brood * 1 succeeded (a); exit code 0\n");
  }

  @Test
  void up_temporaryThatFails_isNotStartedAgain() throws Exception {
    file("- {name: a, script: \"exit 4\", autorestart: false}");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isEqualTo(4);
    assertThat(ended.err()).contains("a     * not restarted\n").doesNotContain("restart 1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "line ~ {line: \"on port \\\\d+\"} ~ sh ~ `echo on port 1`",
        "newline ~ {newline: 4} ~ sh ~ `echo >&4`",
        "file ~ {file: up.pid} ~ sh ~ `echo 1 >up.pid`",
        "command ~ {command: \"test -f done\", period: 50} ~ sh ~ `: >done`",
        "message ~ message ~ node ~ `process.send('ready'); setInterval(() => {}, 1000)`",
        "tcp ~ {tcp: $PORT} ~ node ~ `require('net').createServer().listen(+process.env.PORT)`",
        "http ~ {http: \"http://127.0.0.1:$PORT/\"} ~ node ~ `require('http').createServer((q, a)"
            + " => a.end()).listen(+process.env.PORT)`",
        "notify ~ notify ~ python ~ `import os, socket, time\n"
            + "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
            + "a = os.environ['NOTIFY_SOCKET']\n"
            + "s.connect('\\0' + a[1:] if a[0] == '@' else a)\n"
            + "s.send(b'STATUS=warm\\nREADY=1')\n"
            + "time.sleep(1000)`",
      })
  void up_everySignOfReadiness_startsWhatWaitsForIt(
      String name, String ready, String language, String program) throws Exception {
    String script =
        switch (language) {
          case "sh" -> "sleep 0.2; " + program + "; sleep 1000";
          case "node" -> "setTimeout(() => { " + program + " }, 200)";
          default -> program;
        };
    String extension = language.equals("node") ? ".js" : language.equals("sh") ? ".sh" : ".py";
    Files.writeString(directory.resolve("db" + extension), script + "\n");
    file(
        "- {script: echo, name: web, args: hello, depends_on: db, significant: true}",
        "- {script: db" + extension + ", ready: " + ready + ", port: " + FreePort.next() + "}");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.err()).containsSubsequence("db    * ready after ", "web   * started, pid ");
    assertThat(ended.code()).isZero();
    assertThat(ended.out()).contains("web   | hello");
    if (name.equals("notify")) {
      assertThat(ended.err()).contains("db    * says: warm\n");
    }
  }

  @Test
  void up_notReadyInTime_isAFailureThatSaysWhy() throws Exception {
    file(
        "- {name: db, script: \""
            + STAY
            + PATIENTLY
            + ", ready: {file: never, limit: 200}, max_restarts: 1}",
        "- {name: web, script: echo, depends_on: db}");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .contains("web   * waits for db to be ready\n")
        .containsPattern("db    \\* stopped with SIGTERM.*; .*not ready within")
        .contains("db    * restart 1 of 1 at once")
        .contains("db    * given up: 2 deaths in a row")
        .endsWith("brood * 1 not started (web), 1 failed (db), 1 restart; exit code 1\n");
  }

  @Test
  void up_dependencyFails_leavesTheOthersRunningAndWhatWaitsUnstarted() throws Exception {
    file(
        "- {name: job, script: \"exit 6\", restart: temporary}",
        "- {name: web, script: echo, depends_on: {job: completed_successfully}}",
        "- {name: other, script: \"sleep 0.5; echo other done\"}");
    Cli.Ended ended = Cli.run(directory, "up", "--keep-going");
    assertThat(ended.code()).isEqualTo(6);
    assertThat(ended.out()).isEqualTo("other | other done");
    assertThat(ended.err())
        .contains("web   * cannot start any more: waits for job to be completed successfully\n")
        .endsWith(
            "brood * 1 not started (web), 1 succeeded (other), 1 failed (job); exit code 6\n");
  }

  @Test
  void up_dependencyCompletes_startsWhatWaitsForAllOfIt() throws Exception {
    file(
        "- {name: web, script: \"ls | grep done-\", depends_on: {job: completed_successfully}}",
        "- name: job",
        "  script: \"sleep 0.$((NODE_APP_INSTANCE * 3)); : >done-$NODE_APP_INSTANCE\"",
        "  instances: 3");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isZero();
    assertThat(ended.out().lines())
        .containsExactly("web   | done-0", "web   | done-1", "web   | done-2");
  }

  @Test
  void up_unhealthy_isRestarted() throws Exception {
    file(
        "- name: web",
        "  script: \"trap 'exit 0' TERM; echo pid $$ up; " + STAY + "\"",
        "  kill_timeout: 30s",
        // Ill once: the look that finds the file takes it away.
        "  health: {command: \"test ! -f ill || ! rm ill\", period: 50, failures: 1}");
    try (Cli cli = Cli.start(directory, "up")) {
      String first = pid(cli.awaitLine("pid "));
      cli.awaitErr("web   * healthy");
      Files.createFile(directory.resolve("ill"));
      assertThat(pid(cli.awaitLine("pid "))).isNotEqualTo(first);
      cli.signal("TERM");
      Cli.Ended ended = cli.end();
      assertThat(ended.code()).isZero();
      assertThat(ended.err())
          .containsSubsequence(
              "web   * unhealthy: ",
              "web   * stopped with SIGTERM, exit code 0, ran ",
              "web   * restart 1 of 16 at once",
              "web   * started again as run 2");
    }
  }

  @Test
  void up_unhealthyToBeStopped_isAFailureForGood() throws Exception {
    file(
        "- name: web",
        "  script: \"echo up; " + STAY + "\"",
        "  kill_timeout: 30s",
        "  health: {command: \"exit 1\", period: 50, failures: 2, action: stop}");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .contains("web   * not restarted\n")
        .endsWith("brood * 1 failed (web); exit code 1\n");
  }

  @Test
  void up_boundToAnother_isRestartedWithIt() throws Exception {
    file(
        "- {name: db, script: \"echo pid $$ db; " + STAY + PATIENTLY + "}",
        "- name: web",
        "  script: \"echo web up; " + STAY + "\"",
        "  kill_timeout: 30s",
        "  depends_on: {db: {restart: true}}");
    try (Cli cli = Cli.start(directory, "up")) {
      String db = pid(cli.awaitLines("pid ", "web up").getFirst());
      run("kill", "-KILL", db);
      assertThat(pid(cli.awaitLines("pid ", "web up").getFirst())).isNotEqualTo(db);
      cli.signal("TERM");
      Cli.Ended ended = cli.end();
      assertThat(ended.err())
          .containsPattern("web   \\* stopped with SIGTERM.*; bound to \"db\"")
          .contains("web   * is restarted\n");
    }
  }

  @Test
  void up_outputThatIsReadLate_isNotLost() throws Exception {
    // More than the buffer and the pipe behind it hold; the program's own pipe takes all of the
    // rest, so that it ends while most of its output is still in there.
    int lines = 5000;
    Files.writeString(
        directory.resolve("rest.py"),
        """
        import fcntl
        fcntl.fcntl(1, 1031, 1 << 20)  # F_SETPIPE_SZ, which Python names from 3.10 on
        for i in range(1, %d + 1):
            print("%%0100d" %% i)
        """
            .formatted(lines));
    file(
        "- {name: a, script: rest.py}",
        "- {name: b, script: \"sleep 1; : >late; "
            + STAY
            + PATIENTLY
            + ", depends_on: {a: completed}}");
    try (Cli cli = Cli.start(directory, "up")) {
      awaitFile("late");
      cli.awaitLine("0" + lines);
      cli.signal("TERM");
      assertThat(cli.end().out().lines().filter(line -> line.startsWith("a     | ")))
          .hasSize(lines);
    }
  }

  @Test
  void up_progressWithoutATerminal_isALineForEachTenthAndPhase() throws Exception {
    Files.writeString(
        directory.resolve("node.js"),
        "const say = (percent, phase) => process.send({brood: 'progress', percent, phase});"
            + " const when = (file, then) => require('fs').existsSync(file) ? then()"
            + " : setTimeout(when, 50, file, then);"
            + " say(3, 'load'); when('loaded', () => say(57, 'sort'));"
            + " when('sorted', () => process.exit(0));");
    file(
        "- {script: node.js, progress: message}",
        "- name: sh",
        "  script: \"echo done 2 of 4; while [ ! -e sorted ]; do sleep 0.05; done\"",
        "  progress: {line: \"(?<done>\\\\d) of (?<total>\\\\d)\"}");
    try (Cli cli = Cli.start(directory, "up")) {
      cli.awaitErr("sh    * progress: 50 %\n");
      cli.awaitErr("node  * progress: 3 %, load\n");
      Files.createFile(directory.resolve("loaded"));
      cli.awaitErr("node  * progress: 57 %, sort\n");
      Files.createFile(directory.resolve("sorted"));
      Cli.Ended ended = cli.end();
      assertThat(ended.code()).isZero();
      assertThat(ended.err())
          .containsSubsequence("node  * progress: 3 %, load\n", "node  * progress: 57 %, sort\n")
          .doesNotContain("\u001b");
    }
  }

  @Test
  void up_progressDrawnWithCarriageReturns_isSeenWhileTheLineIsNotEnded() throws Exception {
    file(
        "- name: sh",
        "  script: \"printf '10%%\\\\r57%%'; while [ ! -e go ]; do sleep 0.05; done\"",
        "  progress: percent");
    try (Cli cli = Cli.start(directory, "up")) {
      cli.awaitErr("sh    * progress: 57 %\n");
      Files.createFile(directory.resolve("go"));
      assertThat(cli.end().code()).isZero();
    }
  }

  @Test
  void up_boundToOneThatEndedAndNoRestart_isAFailureInsteadOfAWaitForEver() throws Exception {
    file(
        "- {name: db, script: \"while [ ! -e web-up ]; do sleep 0.05; done\"}",
        "- {name: web, script: \": >web-up; "
            + STAY
            + PATIENTLY
            + ", depends_on: {db: {restart: true}}}");
    Cli.Ended ended = Cli.run(directory, "up", "--no-restart");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .containsPattern("web   \\* stopped with SIGTERM.*; bound to \"db\"")
        .contains("web   * not restarted\n")
        .endsWith("brood * 1 succeeded (db), 1 failed (web); exit code 1\n");
  }

  @ParameterizedTest
  @CsvSource({"--no-restart, transient", "--keep-going, temporary"})
  void up_unhealthyAndNotToBeRestarted_isStoppedForGood(String option, String restart)
      throws Exception {
    file(
        "- name: web",
        "  script: \"" + STAY + "\"",
        "  kill_timeout: 30s",
        "  restart: " + restart,
        "  health: {command: \"false\", period: 50, failures: 1}");
    Cli.Ended ended = Cli.run(directory, "up", option);
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .containsPattern("web   \\* stopped with SIGTERM.*; unhealthy")
        .doesNotContain("started again")
        .endsWith("brood * 1 failed (web); exit code 1\n");
  }

  @Test
  void up_messagesThatNobodyTakes_areDroppedAndRequestsRefused() throws Exception {
    // Twice of what a channel keeps.
    Files.writeString(
        directory.resolve("node.js"),
        "const text = 'x'.repeat(1024 * 1024); process.send('ready');"
            + " const send = left => left === 0 ? process.send({brood: 'request', id: 1, body: 2})"
            + " : process.send(text, () => send(left - 1));"
            + " process.on('message', answer => { console.log(JSON.stringify(answer));"
            + " process.exit(0); }); send(128);");
    file("- {script: node.js, wait_ready: true}");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.out()).contains("nobody answers requests here");
    assertThat(ended.code()).isZero();
  }

  @Test
  void up_itselfKilled_leavesNothingOfWhatItSupervises() throws Exception {
    Files.writeString(
        directory.resolve("node.js"),
        "process.send('ready'); console.log('pid ' + process.pid); process.on('SIGTERM', () => {});"
            + " setInterval(() => {}, 1000)");
    file(
        "- {script: node.js, wait_ready: true, health: {command: \"sleep 1000\", timeout: 1h}}",
        "- name: sh",
        "  script: \"trap '' TERM; sleep 1000 & echo pid $!; echo pid $$; while :; do wait; done\"",
        "  depends_on: node");
    List<ProcessHandle> left = new ArrayList<>();
    try (Cli cli = Cli.start(directory, "up")) {
      for (int i : IntStream.range(0, 3).toArray()) {
        long pid = Long.parseLong(pid(cli.awaitLine("pid ")));
        left.add(ProcessHandle.of(pid).orElseThrow(() -> new AssertionError("gone: " + i)));
      }
      cli.signal("KILL");
      assertThat(cli.exit().code()).isEqualTo(137);
    }
    for (ProcessHandle process : left) {
      process.onExit().get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void up_cycle_is2AndNamesItsMembers() throws Exception {
    file(
        "- {script: echo, name: web, depends_on: db}",
        "- {script: echo, name: db, depends_on: web}");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err())
        .contains("brood.yaml:2:40: error: depends_on: apps wait for each other: web -> db -> web");
  }

  @Test
  void up_checkOfAVariableThatIsNotThere_startsNothing() throws Exception {
    file("- {name: web, script: echo, ready: {tcp: $BROOD_TEST_NO_PORT}}");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isEqualTo(127);
    assertThat(ended.err())
        .isEqualTo(
            "brood * cannot watch \"web\": there is no variable BROOD_TEST_NO_PORT for"
                + " \"$BROOD_TEST_NO_PORT\"\n");
  }

  private void file(String... lines) throws IOException {
    Files.write(directory.resolve("brood.yaml"), List.of(lines));
  }

  private void awaitFile(String name) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(directory.resolve(name))) {
      assertThat(System.nanoTime()).as("no file " + name).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private static String pid(String line) {
    return line.replaceFirst(".*pid (\\d+).*", "$1");
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}
