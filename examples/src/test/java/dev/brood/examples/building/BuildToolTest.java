package dev.brood.examples.building;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.examples.CommandLine.UsageException;
import dev.brood.examples.ExampleRun;
import dev.brood.workers.channel.Marker;
import dev.brood.workers.channel.MarkerWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildToolTest {
  private static final String TOOL = BuildTool.class.getName();

  /** Two files, each made by a step, and one that is made of both. */
  private static final String SUM =
      """
      {"steps": {
        "sum": {"run": "cat a.out b.out > sum.out", "inputs": ["a.out", "b.out"],
                "outputs": ["sum.out"]},
        "a": {"run": "echo ran >> a.runs; tr a-z A-Z < a.txt > a.out", "inputs": ["a.txt"],
              "outputs": ["a.out"]},
        "b": {"run": "echo ran >> b.runs; tr a-z A-Z < b.txt > b.out", "inputs": ["b.txt"],
              "outputs": ["b.out"]}}}
      """;

  @TempDir private Path folder;

  @Test
  void build_nothingHasChanged_runsNothing() throws Exception {
    write(SUM, Map.of("a.txt", "a\n", "b.txt", "b\n"));
    assertThat(build()).isEqualTo("{a=Built, b=Built, sum=Built}");
    assertThat(build()).isEqualTo("{a=FromCache, b=FromCache, sum=FromCache}");
    assertThat(folder.resolve("a.runs")).hasContent("ran\n");
    assertThat(folder.resolve("sum.out")).hasContent("A\nB\n");
  }

  @Test
  void build_inputHasChanged_runsWhatIsMadeOfItAndNoMore() throws Exception {
    write(SUM, Map.of("a.txt", "a\n", "b.txt", "b\n"));
    assertThat(build()).contains("sum=Built");
    Files.writeString(folder.resolve("b.txt"), "bee\n");
    assertThat(build()).isEqualTo("{a=FromCache, b=Built, sum=Built}");
    assertThat(folder.resolve("sum.out")).hasContent("A\nBEE\n");
    Files.writeString(folder.resolve("b.txt"), "b\n");
    assertThat(build()).isEqualTo("{a=FromCache, b=FromCache, sum=FromCache}");
    assertThat(folder.resolve("sum.out")).hasContent("A\nB\n");
  }

  @Test
  void build_inputFolderHasAnotherFile_runsAgain() throws Exception {
    Path texts = Files.createDirectory(folder.resolve("texts"));
    Files.writeString(texts.resolve("a.txt"), "a\n");
    write(
        """
        {"steps": {"all": {"run": "cat texts/* > all.out", "inputs": ["texts"],
                           "outputs": ["all.out"]}}}
        """,
        Map.of());
    assertThat(build()).isEqualTo("{all=Built}");
    assertThat(build()).isEqualTo("{all=FromCache}");
    Files.writeString(texts.resolve("b.txt"), "b\n");
    assertThat(build()).isEqualTo("{all=Built}");
    assertThat(folder.resolve("all.out")).hasContent("a\nb\n");
  }

  @Test
  void build_fresh_runsAllWhateverIsInTheCache() throws Exception {
    write(SUM, Map.of("a.txt", "a\n", "b.txt", "b\n"));
    assertThat(build()).contains("sum=Built");
    assertThat(shown(BuildTool.results(plan(), 2, true)))
        .isEqualTo("{a=Built, b=Built, sum=Built}");
  }

  @Test
  void build_stepIsNamed_makesWhatItNeedsAndNoMore() throws Exception {
    write(SUM, Map.of("a.txt", "a\n", "b.txt", "b\n"));
    BuildPlan plan = BuildPlan.read(folder.resolve("build.json"), List.of("b"));
    assertThat(BuildTool.results(plan, 2, false)).containsOnlyKeys("b");
  }

  @Test
  void build_outputIsGoneOrSpoilt_takesItFromTheCache() throws Exception {
    write(SUM, Map.of("a.txt", "a\n", "b.txt", "b\n"));
    assertThat(build()).contains("sum=Built");
    Files.delete(folder.resolve("a.out"));
    Files.writeString(folder.resolve("sum.out"), "spoilt");
    assertThat(build()).isEqualTo("{a=FromCache, b=FromCache, sum=FromCache}");
    assertThat(folder.resolve("sum.out")).hasContent("A\nB\n");
    assertThat(folder.resolve("a.out")).hasContent("A\n");
  }

  @Test
  void step_failsOnce_isTriedAgain() throws Exception {
    write(
        """
        {"steps": {"flaky": {"run": "[ -e asked ] || { : > asked; exit 3; }", "attempts": 2}}}
        """,
        Map.of());
    assertThat(results().get("flaky"))
        .isInstanceOfSatisfying(
            StepResult.Built.class, built -> assertThat(built.attempts()).isEqualTo(2));
  }

  @Test
  void build_twoStepsFail_tellsBothAndDoesNotRunWhatNeedsThem() throws Exception {
    write(
        """
        {"steps": {
          "bad": {"run": "echo no luck >&2; exit 3"},
          "worse": {"run": "kill -9 $$"},
          "good": {"run": "true"},
          "late": {"run": "true", "needs": ["good", "worse"]},
          "later": {"run": "true", "needs": ["late"]},
          "empty": {"run": "true", "outputs": ["nothing"]},
          "lost": {"run": "true", "inputs": ["nowhere"]}}}
        """,
        Map.of());
    Map<String, StepResult> results = results();
    assertThat(results.get("bad"))
        .isEqualTo(new StepResult.Failed("exit code 3", List.of("no luck")));
    assertThat(results.get("worse")).isEqualTo(new StepResult.Failed("signal SIGKILL", List.of()));
    assertThat(results.get("good").isDone()).isTrue();
    assertThat(results.get("late")).isEqualTo(new StepResult.NotRun("worse"));
    assertThat(results.get("later")).isEqualTo(new StepResult.NotRun("late"));
    assertThat(results.get("empty").text()).contains("did not make nothing");
    assertThat(results.get("lost").text()).contains("there is no ").contains("nowhere");
  }

  @Test
  void step_takesTooLong_isStoppedWithAllItHasStarted() throws Exception {
    write(
        """
        {"steps": {"slow": {"run": "sleep 4217 & sleep 4217", "limitSeconds": 0.3}}}
        """,
        Map.of());
    assertThat(results().get("slow").text()).contains("by its deadline");
  }

  @Test
  void steps_thatNeedEachOtherNot_runAtTheSameTime() throws Exception {
    String meet = ": > %s; while ! [ -e %s ]; do sleep 0.02; done";
    write(
        """
        {"steps": {"a": {"run": "%s", "limitSeconds": 60}, "b": {"run": "%s", "limitSeconds": 60}}}
        """
            .formatted(meet.formatted("one", "two"), meet.formatted("two", "one")),
        Map.of());
    assertThat(build()).isEqualTo("{a=Built, b=Built}");
  }

  @Test
  void steps_ofOneJob_runOneAfterTheOther() throws Exception {
    String alone = "mkdir only && sleep 0.05 && rmdir only";
    write(
        """
        {"steps": {"a": {"run": "%1$s"}, "b": {"run": "%1$s"}, "c": {"run": "%1$s"}}}
        """
            .formatted(alone),
        Map.of());
    assertThat(shown(BuildTool.results(plan(), 1, false))).isEqualTo("{a=Built, b=Built, c=Built}");
  }

  @Test
  void step_always_seesOnlyTheEnvironmentThatCounts() throws Exception {
    write(
        """
        {"steps": {"env": {"run": "env > env.out", "outputs": ["env.out"],
                           "environment": {"PAGES": "2"}}}}
        """,
        Map.of());
    assertThat(build()).isEqualTo("{env=Built}");
    assertThat(Files.readAllLines(folder.resolve("env.out")))
        .contains("PAGES=2")
        .noneMatch(line -> line.startsWith("JAVA_HOME"));
  }

  @Test
  void file_thatIsWrong_isRefusedWithTheReason() throws Exception {
    refused("{\"steps\": {}}", "has no steps");
    refused("null", "has no steps");
    refused("{\"steps\": {\"a\": null}}", "step a is empty");
    refused("{\"steps\": {\"a\": {\"ran\": \"true\"}}}", "ran");
    refused("{\"steps\": {\"a\": {\"inputs\": []}}}", "step a has nothing to run");
    refused(
        "{\"steps\": {\"a\": {\"run\": \"true\", \"outputs\": [\"../x\"]}}}",
        "step a makes ../x, which is outside the folder of the build");
    refused("{\"steps\": {\"a\": {\"run\": \"true\", \"needs\": [\"b\"]}}}", "there is no step b");
    refused(
        """
        {"steps": {"a": {"run": "true", "outputs": ["x"]}, "b": {"run": "true", "outputs": ["x"]}}}
        """,
        "x is made by a and by b");
    refused(
        """
        {"steps": {"a": {"run": "true", "needs": ["b"]}, "b": {"run": "true", "inputs": ["x"]},
                   "c": {"run": "true", "outputs": ["x"], "needs": ["a"]}}}
        """,
        "a circle: a needs b needs c needs a");
  }

  @Test
  void program_stepFails_tellsWhyAndEndsWithOne() throws Exception {
    write("{\"steps\": {\"bad\": {\"run\": \"echo no luck; exit 3\"}}}", Map.of());
    try (ExampleRun run = ExampleRun.start(folder, TOOL, "--jobs", "2", "build.json")) {
      assertThat(run.exit()).as(run::told).isEqualTo(1);
      assertThat(run.output())
          .isEqualTo(
              """
              bad failed: exit code 3
                | no luck
              1 steps: 0 built, 0 from the cache, 1 failed, 0 not run
              """);
      assertThat(run.errors()).isEqualTo("[1/1] bad: FAILED: exit code 3\n");
    }
  }

  @Test
  void program_wrongCommandLine_saysSoAndEndsWithTwo() throws Exception {
    try (ExampleRun run = ExampleRun.start(folder, TOOL, "--job", "2", "build.json")) {
      assertThat(run.exit()).as(run::told).isEqualTo(2);
      assertThat(run.errors()).isEqualTo("there is no option --job; --help tells more\n");
    }
    try (ExampleRun run = ExampleRun.start(folder, TOOL, "--help")) {
      assertThat(run.exit()).as(run::told).isZero();
      assertThat(run.output()).isEqualTo(BuildTool.USAGE);
    }
  }

  @Test
  void program_terminated_leavesNoStepBehind() throws Exception {
    write(
        "{\"steps\": {\"a\": {\"run\": \"sleep 4217 & echo $! > new; mv new pid; wait\"}}}",
        Map.of());
    try (ExampleRun run = ExampleRun.start(folder, TOOL, "build.json");
        MarkerWatch started = Marker.of(folder.resolve("pid")).watch()) {
      String pid = String.valueOf(started.await(Duration.ofSeconds(60)).orElseThrow().body());
      CompletableFuture<ProcessHandle> gone =
          ProcessHandle.of(Long.parseLong(pid)).orElseThrow().onExit();
      run.process().destroy();
      assertThat(run.exit()).as(run::told).isEqualTo(143);
      assertThat(gone).succeedsWithin(Duration.ofSeconds(60));
    }
  }

  private String build() throws IOException, InterruptedException {
    return shown(results());
  }

  private Map<String, StepResult> results() throws IOException, InterruptedException {
    return BuildTool.results(plan(), 4, false);
  }

  private BuildPlan plan() throws IOException {
    return BuildPlan.read(folder.resolve("build.json"), List.of());
  }

  private void write(String buildFile, Map<String, String> files) throws IOException {
    Files.writeString(folder.resolve("build.json"), buildFile);
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
  }

  private void refused(String buildFile, String reason) throws IOException {
    write(buildFile, Map.of());
    assertThatThrownBy(this::plan).isInstanceOf(UsageException.class).hasMessageContaining(reason);
  }

  private static String shown(Map<String, StepResult> results) {
    return results.entrySet().stream()
        .map(one -> one.getKey() + "=" + one.getValue().getClass().getSimpleName())
        .collect(Collectors.joining(", ", "{", "}"));
  }
}
