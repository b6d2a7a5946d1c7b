package dev.brood.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class RunCommandProcessTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"exit 0, 0", "exit 7, 7", "kill -TERM $$, 143", "kill -SEGV $$, 139"})
  void run_program_passesItsEndOn(String script, int code) throws Exception {
    assertThat(Cli.run(directory, "run", "--", "sh", "-c", script).code()).isEqualTo(code);
  }

  @Test
  void run_output_isTheProgramsOwn() throws Exception {
    Cli.Ended ended = Cli.run(directory, "run", "sh", "-c", "echo out; echo err >&2");
    assertThat(ended).isEqualTo(new Cli.Ended(0, "out", "err\n"));
  }

  @Test
  void run_arguments_reachTheProgramUnchanged() throws Exception {
    Cli.Ended ended =
        Cli.run(directory, "run", "--", "printf", "%s\\n", "--", "@x", "--help", "a b", "", "${x}");
    assertThat(ended.out()).isEqualTo("--\n@x\n--help\na b\n\n${x}");
  }

  @Test
  void run_progress_isShownBesideTheOutput() throws Exception {
    String script = "echo 'step 1 of 4: load'; echo 'step 4 of 4: save'";
    String regex = "--progress=(?<done>\\d+) of (?<total>\\d+): (?<phase>\\w+)";
    Cli.Ended ended = Cli.run(directory, "run", regex, "--", "sh", "-c", script);
    assertThat(ended.out()).isEqualTo("step 1 of 4: load\nstep 4 of 4: save");
    assertThat(ended.err().lines())
        .last()
        .asString()
        .startsWith("sh [##################] 100 %")
        .endsWith("save");
  }

  @Test
  void run_progressByNoExpression_isAWrongCommandLine() throws Exception {
    Cli.Ended ended = Cli.run(directory, "run", "--progress=(\\d+)", "--", "true");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("--progress: a pattern of progress has a group");
  }

  @Test
  void run_stdin_isPassedOn() throws Exception {
    try (Cli cli = Cli.start(directory, "run", "--", "sh", "-c", "cat; echo end")) {
      assertThat(cli.noInput().end().out()).isEqualTo("end");
    }
  }

  @Test
  void run_programMissing_is127WithReason() throws Exception {
    Cli.Ended ended = Cli.run(directory, "run", "--", "brood-no-such-program");
    assertThat(ended.code()).isEqualTo(127);
    assertThat(ended.err())
        .startsWith("brood: cannot start \"brood-no-such-program\": program not found: ENOENT");
  }

  @Test
  void run_fileWithoutExecutePermission_is126WithReason() throws Exception {
    Path file = Files.writeString(directory.resolve("plain"), "x");
    Cli.Ended ended = Cli.run(directory, "run", file.toString());
    assertThat(ended.code()).isEqualTo(126);
    assertThat(ended.err()).contains("EACCES (permission denied): " + file);
  }

  @Test
  void run_timeout_stopsTheTreeAndIs124() throws Exception {
    Cli.Ended ended =
        Cli.run(directory, "run", "--timeout", "3s", "--", "sh", "-c", "echo a; sleep 100 | cat");
    assertThat(ended.code()).isEqualTo(124);
    assertThat(ended.out()).isEqualTo("a");
    assertThat(ended.err()).contains("it ran longer than 3.00 s");
  }

  @Test
  void run_idle_stopsOnlyWhenSilent() throws Exception {
    String script = "for i in 1 2 3 4 5; do echo $i; sleep 0.6; done; sleep 100";
    Cli.Ended ended = Cli.run(directory, "run", "--idle", "2s", "--", "sh", "-c", script);
    assertThat(ended.code()).isEqualTo(124);
    assertThat(ended.out()).isEqualTo("1\n2\n3\n4\n5");
    assertThat(ended.err()).contains("it printed nothing for 2.00 s");
  }

  @Test
  void run_maxOutput_passesThatMuchAndStops() throws Exception {
    Cli.Ended ended = Cli.run(directory, "run", "--max-output", "1K", "--", "yes", "1234567");
    assertThat(ended.code()).isEqualTo(124);
    assertThat(ended.out() + "\n").hasSize(1024);
    assertThat(ended.err()).contains("it printed more than 1024 bytes");
  }

  @Test
  void run_environment_isSetAndReduced() throws Exception {
    Cli.Ended ended =
        Cli.run(
            directory, "run", "--only-env", "PATH", "--env", "A=1", "--env", "B=x=y", "--", "env");
    assertThat(ended.out().lines().map(line -> line.replaceFirst("PATH=.*", "PATH")))
        .containsExactlyInAnyOrder("PATH", "A=1", "B=x=y");
  }

  @Test
  void run_directory_isChanged() throws Exception {
    Path other = Files.createDirectory(directory.resolve("other")).toRealPath();
    assertThat(Cli.run(directory, "run", "--cwd", "other", "pwd").out())
        .isEqualTo(other.toString());
  }

  @Test
  void run_json_isOneRecordOnStderr() throws Exception {
    Cli.Ended ended = Cli.run(directory, "run", "--json", "--", "sh", "-c", "echo out; exit 3");
    assertThat(ended.code()).isEqualTo(3);
    assertThat(ended.out()).isEqualTo("out");
    assertThat(ended.err())
        .matches(
            "\\{\"command\":\"sh -c 'echo out; exit 3'\",\"pid\":\\d+,\"startedAt\":\"[^\"]+\","
                + "\"durationSeconds\":[\\d.]+,\"exit\":\\{\"code\":3\\},\"cause\":\"SELF\","
                + "\"usage\":\\{\"userSeconds\":[\\d.]+,\"systemSeconds\":[\\d.]+,"
                + "\"peakResidentBytes\":(\\d+|null)\\}\\}\n");
  }

  @ParameterizedTest
  @CsvSource({"--json=end.json", "--json end.json"})
  void run_jsonFile_holdsSignalAndCause(String option) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("run", "--timeout", "200ms"));
    arguments.addAll(List.of(option.split(" ")));
    arguments.addAll(List.of("--", "sleep", "100"));
    Cli.Ended ended = Cli.run(directory, arguments.toArray(String[]::new));
    assertThat(ended.code()).isEqualTo(124);
    assertThat(Files.readString(directory.resolve("end.json")))
        .contains("\"exit\":{\"signal\":\"SIGTERM\",\"number\":15,\"coreDumped\":false}")
        .contains("\"cause\":\"DEADLINE\"");
  }

  @Test
  void run_jsonOfAFailedStart_holdsStageAndErrno() throws Exception {
    Cli.Ended ended = Cli.run(directory, "run", "--json", "--", "brood-no-such-program");
    assertThat(ended.err())
        .contains("\"error\":{\"stage\":\"RESOLVE\",\"reason\":\"PROGRAM_NOT_FOUND\"")
        .contains("\"errno\":\"ENOENT\"");
  }

  @Test
  void run_term_stopsTheProgramWithinItsGraceAndKeepsLastWords() throws Exception {
    String script = "trap 'echo last words; exit 9' TERM; echo ready; while :; do sleep 0.05; done";
    try (Cli cli = Cli.start(directory, "run", "--", "sh", "-c", script)) {
      cli.awaitLine("ready");
      cli.signal("TERM");
      Cli.Ended ended = cli.end();
      assertThat(ended.code()).isEqualTo(9);
      assertThat(ended.out()).endsWith("last words");
    }
  }

  @Test
  void run_termIgnored_isKilledAfterGrace() throws Exception {
    String script = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
    try (Cli cli = Cli.start(directory, "run", "--grace", "300ms", "--", "sh", "-c", script)) {
      cli.awaitLine("ready");
      cli.signal("TERM");
      assertThat(cli.end().code()).isEqualTo(137);
    }
  }

  @Test
  void run_intFromElsewhere_isPassedOnOnce() throws Exception {
    String script =
        "n=0; trap 'n=$((n+1))' INT; echo ready; while [ $n = 0 ]; do sleep 0.05; done;"
            + " sleep 0.3; echo n=$n";
    // A session of its own has no terminal, so that the signal cannot have come from one.
    try (Cli cli =
        Cli.start(directory, List.of("setsid"), Map.of(), "run", "--", "sh", "-c", script)) {
      cli.awaitLine("ready");
      cli.signal("INT");
      assertThat(cli.end().out()).endsWith("n=1");
    }
  }

  @Test
  void run_readerOfObservedOutputGone_is141() throws Exception {
    try (Cli cli = Cli.start(directory, "run", "--idle", "30s", "--", "yes")) {
      cli.awaitLine("y");
      cli.closeOut();
      assertThat(cli.exit().code()).isEqualTo(141);
    }
  }

  @Test
  void run_wrongCommandLine_is2AndSaysWhatIsExpected() throws Exception {
    assertThat(Cli.run(directory, "run"))
        .isEqualTo(
            new Cli.Ended(
                2,
                "",
                "brood: PROGRAM is missing; write -- before it if an option took it for its value\n"
                    + "See brood run --help\n"));
    assertThat(Cli.run(directory, "run", "--timeout", "5", "true").err())
        .contains("expected a duration such as 500ms, 5s, 2m, 1h30m, found \"5\"");
    assertThat(Cli.run(directory, "run", "--env", "A", "true"))
        .isEqualTo(
            new Cli.Ended(
                2, "", "brood: --env: expected NAME=VALUE, found \"A\"\nSee brood run --help\n"));
  }
}
