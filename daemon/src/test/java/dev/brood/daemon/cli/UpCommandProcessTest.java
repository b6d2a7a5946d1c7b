package dev.brood.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class UpCommandProcessTest {
  /** Prints when it is up, tells in the file "order" when it ends, and ends on TERM. */
  private static final String POLITE =
      "trap 'echo NAME bye; echo NAME >>order; exit 0' TERM; echo NAME up; while :; do sleep 0.05;"
          + " done";

  @TempDir Path directory;

  @Test
  void up_significantEnds_stopsTheOthersInReverseOrderAndKeepsLastWords() throws Exception {
    file(
        app("db", POLITE),
        app("web", POLITE, "depends_on: db"),
        app("job", waitFor("go") + "echo job done", "significant: true"));
    Cli.Ended ended;
    try (Cli cli = Cli.start(directory, "up")) {
      awaitBothUp(cli);
      Files.createFile(directory.resolve("go"));
      ended = cli.end();
    }
    assertThat(ended.code()).isZero();
    assertThat(ended.out().lines())
        .containsExactlyInAnyOrder(
            "db    | db up",
            "web   | web up",
            "job   | job done",
            "web   | web bye",
            "db    | db bye");
    assertThat(order()).containsExactly("web", "db");
    assertThat(ended.err())
        .contains("job   * ended with exit code 0, ran ")
        .contains("brood * stopping the others: job, which is significant, has ended\n")
        .contains("web   * stopped with SIGTERM, exit code 0, ran ")
        .endsWith("brood * 1 succeeded (job), 2 stopped (web, db); exit code 0\n");
  }

  @Test
  void up_oneFailsForGood_exitsWithItsCode() throws Exception {
    file(app("db", POLITE), app("job", "exit 7", "restart: temporary"));
    Cli.Ended ended = Cli.run(directory, "up", "brood.yaml");
    assertThat(ended.code()).isEqualTo(7);
    assertThat(ended.err()).contains("job   * failed with exit code 7");
  }

  @Test
  void up_keepGoing_runsToTheLastAndExitsWithTheFirstFailure() throws Exception {
    file(
        app("a", waitFor("after-b") + "exit 4"),
        app("b", "exit 5"),
        app("c", waitFor("after-a") + "echo c done"));
    try (Cli cli = Cli.start(directory, "up", "--keep-going", "--no-restart")) {
      cli.awaitErr("b     * failed with exit code 5");
      Files.createFile(directory.resolve("after-b"));
      cli.awaitErr("a     * failed with exit code 4");
      Files.createFile(directory.resolve("after-a"));
      Cli.Ended ended = cli.end();
      assertThat(ended.code()).isEqualTo(5);
      assertThat(ended.out()).isEqualTo("c     | c done");
      assertThat(ended.err()).contains("2 failed (b, a)");
    }
  }

  @Test
  void up_term_stopsAllInReverseOrderAndIsNoFailure() throws Exception {
    file(app("db", POLITE), app("web", POLITE, "depends_on: db"));
    try (Cli cli = Cli.start(directory, "up")) {
      awaitBothUp(cli);
      cli.signal("TERM");
      Cli.Ended ended = cli.end();
      assertThat(ended.code()).isZero();
      assertThat(order()).containsExactly("web", "db");
      assertThat(ended.err()).contains("brood * SIGTERM: stopping all\n");
    }
  }

  @Test
  void up_stubborn_isKilledAfterItsOwnTimeout() throws Exception {
    file(
        app("bad", "trap '' TERM; echo bad up; while :; do sleep 0.05; done", "kill_timeout: 300"),
        app("web", POLITE));
    try (Cli cli = Cli.start(directory, "up")) {
      awaitBothUp(cli);
      cli.signal("INT");
      Cli.Ended ended = cli.end();
      assertThat(ended.code()).isZero();
      assertThat(ended.err())
          .contains("bad   * killed with SIGKILL, ran ")
          .contains("1 stopped (web), 1 killed (bad)");
    }
  }

  @Test
  void up_secondSignal_killsAtOnce() throws Exception {
    String stubborn = "trap 'echo NAME hears' TERM; echo NAME up; while :; do sleep 0.05; done";
    file(
        app("a", stubborn.replace("NAME", "a"), "kill_timeout: 1h"),
        app("b", stubborn.replace("NAME", "b"), "kill_timeout: 1h"));
    try (Cli cli = Cli.start(directory, "up")) {
      awaitBothUp(cli);
      cli.signal("TERM");
      cli.awaitLine("b hears");
      cli.signal("TERM");
      Cli.Ended ended = cli.end();
      assertThat(ended.code()).isEqualTo(143);
      assertThat(ended.err()).contains("2 killed (");
    }
  }

  @Test
  void up_killSignal_isTheFirstOfAStop() throws Exception {
    file(
        app(
            "a",
            "trap 'echo got USR1; exit 0' USR1; echo a up; while :; do sleep 0.05; done",
            "kill_signal: USR1"));
    try (Cli cli = Cli.start(directory, "up")) {
      cli.awaitLine("a up");
      cli.signal("TERM");
      assertThat(cli.end().out()).endsWith("got USR1");
    }
  }

  @Test
  void up_programMissing_startsNothingAndIs127() throws Exception {
    file(app("db", POLITE), "  - {name: no, script: brood-no-such-program}\n");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isEqualTo(127);
    assertThat(ended.err())
        .startsWith("brood * cannot start \"no\": no such program in PATH: brood-no-such-program")
        .doesNotContain("started,");
  }

  @Test
  void up_programNotExecutable_isNotTriedAgainAndIs126() throws Exception {
    Files.writeString(directory.resolve("plain"), "no program");
    file(app("db", POLITE), "  - {name: no, script: ./plain}\n");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isEqualTo(126);
    assertThat(ended.err())
        .contains("no    * cannot start \"")
        .doesNotContain("no    * restart")
        .contains("1 not started (no), 1 stopped (db); exit code 126");
  }

  @Test
  void up_scriptMissing_startsNothing() throws Exception {
    file(app("db", POLITE), "  - {name: no, script: lib/none.py}\n");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isEqualTo(127);
    assertThat(ended.err())
        .startsWith("brood * cannot start \"no\": no such script: ")
        .doesNotContain("started,");
  }

  @Test
  void up_longLinesOfMany_areNeitherTornNorLost() throws Exception {
    StringBuilder apps = new StringBuilder();
    for (String name : List.of("a", "b", "c", "d")) {
      String script =
          "l=$(printf %0300d 0 | tr 0 "
              + name
              + "); for i in $(seq 2000); do echo $l; done; sleep 0.2";
      apps.append(app(name, script));
    }
    file(apps.toString());
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isZero();
    Map<String, Long> counts =
        ended.out().lines().collect(Collectors.groupingBy(text -> text, Collectors.counting()));
    assertThat(counts)
        .hasSize(4)
        .containsEntry("a     | " + "a".repeat(300), 2000L)
        .containsEntry("d     | " + "d".repeat(300), 2000L);
  }

  @Test
  void up_lineWithoutEnd_isShown() throws Exception {
    file(app("a", "printf 'no newline'"));
    assertThat(Cli.run(directory, "up").out()).isEqualTo("a     | no newline");
  }

  @Test
  void up_instances_haveNumberPortAndLabel() throws Exception {
    file(
        app(
            "w",
            "echo $NODE_APP_INSTANCE $PORT $N; sleep 0.2",
            "instances: 2, port: 8000, env: {N: 10}, increment_var: N"));
    Cli.Ended ended = Cli.run(directory, "up", "--keep-going");
    assertThat(ended.out().lines())
        .containsExactlyInAnyOrder("w.0   | 0 8000 10", "w.1   | 1 8001 11");
  }

  @Test
  void up_scripts_runWithInterpreterOfTheirExtensionInTheirDirectory() throws Exception {
    Files.createDirectory(directory.resolve("sub"));
    Files.writeString(directory.resolve("sub/show.sh"), "echo $1 in $(basename $PWD) $MODE\n");
    Files.writeString(
        directory.resolve("brood.yaml"),
        "apps: [{script: show.sh, args: \"'one arg'\", cwd: sub, env_x: {MODE: extra}}]");
    assertThat(Cli.run(directory, "up", "--env", "x").out())
        .isEqualTo("show  | one arg in sub extra");
    assertThat(Cli.run(directory, "up", "--env", "y").err()).contains("has env_y");
  }

  @Test
  void up_stderr_goesToStderrBehindItsName() throws Exception {
    file(app("a", "echo oops >&2"));
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).containsPattern("(?m)^a     \\| oops$");
  }

  @Test
  void up_forceColour_coloursNamesOnly() throws Exception {
    file(app("a", "echo hi"));
    try (Cli cli = Cli.start(directory, List.of(), Map.of("FORCE_COLOR", "1"), "up")) {
      assertThat(cli.end().out()).isEqualTo("\u001b[0;36ma     | \u001b[0mhi");
    }
  }

  @Test
  void up_readerGone_stopsAllAndIs141() throws Exception {
    file(app("a", "while echo chatter; do :; done"));
    try (Cli cli = Cli.start(directory, "up")) {
      cli.awaitLine("chatter");
      cli.closeOut();
      assertThat(cli.exit().code()).isEqualTo(141);
    }
  }

  @Test
  void up_itselfKilled_leavesNoProcessOfTheTree() throws Exception {
    file(app("a", "sleep 1000 & echo pids $$ $!; wait"));
    List<ProcessHandle> tree;
    try (Cli cli = Cli.start(directory, "up")) {
      tree =
          Arrays.stream(cli.awaitLine("pids ").replaceFirst(".*pids ", "").split(" "))
              .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
              .toList();
      cli.signal("KILL");
      assertThat(cli.end().code()).isEqualTo(137);
    }
    for (ProcessHandle process : tree) {
      process.onExit().get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void up_hangUpIgnoredByNohup_staysUp() throws Exception {
    file(app("a", "trap 'echo got TERM; exit 0' TERM; echo a up; while :; do sleep 0.05; done"));
    List<String> nohup = List.of("sh", "-c", "trap '' HUP; exec \"$@\"", "sh");
    try (Cli cli = Cli.start(directory, nohup, Map.of(), "up")) {
      cli.awaitLine("a up");
      cli.signal("HUP");
      cli.signal("TERM");
      assertThat(cli.end().err()).contains("SIGTERM: stopping all").doesNotContain("SIGHUP");
    }
  }

  @Test
  void up_hangUp_stopsAll() throws Exception {
    file(app("a", POLITE));
    // Whoever runs the tests under nohup(1) has it ignored, and that is inherited.
    List<String> defaults = List.of("env", "--default-signal=HUP");
    try (Cli cli = Cli.start(directory, defaults, Map.of(), "up")) {
      cli.awaitLine("a up");
      cli.signal("HUP");
      assertThat(cli.end().err()).contains("SIGHUP: stopping all");
    }
  }

  @Test
  void up_procfile_isFoundAndGetsPorts() throws Exception {
    Files.writeString(directory.resolve("Procfile"), "web: echo $PORT; sleep 0.3\nb: echo $PORT\n");
    Cli.Ended ended = Cli.run(directory, "up", "--keep-going");
    assertThat(ended.out().lines()).containsExactlyInAnyOrder("web   | 5000", "b     | 5100");
  }

  @Test
  void up_mistakeInFile_is2AndStartsNothing() throws Exception {
    file(app("a", "echo started"), "  - {script: b, kil_timeout: 3}\n");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .endsWith("error: unknown key \"kil_timeout\"; did you mean \"kill_timeout\"?\n");
  }

  @Test
  void up_noFile_is2AndSaysWhatWasLookedFor() throws Exception {
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("none of brood.yaml, brood.yml, Procfile");
  }

  private static String waitFor(String file) {
    return "while [ ! -e " + file + " ]; do sleep 0.05; done; ";
  }

  private void awaitBothUp(Cli cli) throws IOException {
    cli.awaitLine(" up");
    cli.awaitLine(" up");
  }

  private List<String> order() throws IOException {
    return Files.readAllLines(directory.resolve("order"));
  }

  private void file(String... apps) throws IOException {
    Files.writeString(directory.resolve("brood.yaml"), "apps:\n" + String.join("", apps));
  }

  private static String app(String name, String script) {
    return app(name, script, "x-none: 0");
  }

  private static String app(String name, String script, String more) {
    String text = script.replace("NAME", name).replace("\\", "\\\\").replace("\"", "\\\"");
    String patience = more.contains("kill_timeout") ? "" : ", kill_timeout: 30s"; // a busy machine
    // A blank somewhere makes it a line for the shell.
    return "  - {name: " + name + ", script: \"" + text + "\", " + more + patience + "}\n";
  }
}
