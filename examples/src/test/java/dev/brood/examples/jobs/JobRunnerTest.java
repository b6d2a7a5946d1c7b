package dev.brood.examples.jobs;

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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobRunnerTest {
  private static final String RUNNER = JobRunner.class.getName();
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Says that the job is complete, with its number of runs. */
  private static final String COMPLETE =
      """
      printf '{"brood":"marker","run":"%s","body":%s}' "$BROOD_MARKER_RUN" "$1" > "$BROOD_MARKER.n"
      mv "$BROOD_MARKER.n" "$BROOD_MARKER"
      """;

  /** Takes six steps, and saves itself after each; with the fourth it waits for the file "go". */
  private static final String STEPS =
      """
      n=$(cat "$BROOD_CHECKPOINT" 2>/dev/null || echo 0)
      while [ "$n" -lt 6 ]; do
        if [ "$n" -eq 3 ] && ! [ -e go ]; then
          sleep 4217 & echo $! > waits.new; mv waits.new waits; wait
        fi
        n=$((n + 1))
        echo "$n" >> steps
        echo "$n" > "$BROOD_CHECKPOINT.new" && mv "$BROOD_CHECKPOINT.new" "$BROOD_CHECKPOINT"
      done
      sh complete.sh "$n"
      """;

  @TempDir private Path folder;

  @Test
  void job_asksToBeRunAgain_isUntilItIsComplete() throws Exception {
    write(
        """
        n=$(cat "$BROOD_CHECKPOINT" 2>/dev/null || echo 0)
        [ "$n" -eq 3 ] && exec sh complete.sh "$n"
        echo $((n + 1)) > "$BROOD_CHECKPOINT.new" && mv "$BROOD_CHECKPOINT.new" "$BROOD_CHECKPOINT"
        exit 85
        """);
    assertThat(run()).containsEntry("job", new JobResult.Done(Optional.of(3), 4));
  }

  @Test
  void job_complete_isNotRunAgainUntilItsEntryChanges() throws Exception {
    write("echo ran >> runs; sh complete.sh 1");
    assertThat(run()).containsEntry("job", new JobResult.Done(Optional.of(1), 1));
    assertThat(run()).containsEntry("job", new JobResult.DoneBefore(Optional.of(1)));
    assertThat(folder.resolve("runs")).hasContent("ran\n");
    write("echo ran >> runs; sh complete.sh 1", "with an argument");
    assertThat(run()).containsEntry("job", new JobResult.Done(Optional.of(1), 1));
    assertThat(folder.resolve("runs")).hasContent("ran\nran\n");
  }

  @Test
  void job_failsTwice_isTriedNoMore() throws Exception {
    write("echo ran >> runs; echo no luck >&2; exit 3");
    assertThat(run()).containsEntry("job", new JobResult.Failed("exit code 3, 2 times"));
    assertThat(folder.resolve("runs")).hasContent("ran\nran\n");
    try (var logs = Files.walk(folder.resolve("store"))) {
      Path log = logs.filter(file -> file.endsWith("log")).findFirst().orElseThrow();
      assertThat(log).hasContent("no luck\nno luck\n");
    }
  }

  @Test
  void job_takesTooMuchMemory_isStopped() throws Exception {
    String much = "x = b'x' * 200000000; import time; time.sleep(99)";
    Files.writeString(
        folder.resolve("jobs.json"),
        """
        {"jobs": {"job": {"run": ["python3", "-c", "%s"], "attempts": 1, "memoryMegabytes": 100}}}
        """
            .formatted(much));
    assertThat(run())
        .containsEntry("job", new JobResult.Failed("signal SIGTERM, stopped, 1 times"));
  }

  @Test
  void runner_killed_goesOnWhereTheJobWas() throws Exception {
    write(STEPS);
    try (ExampleRun run = ExampleRun.start(folder, RUNNER, "jobs.json");
        MarkerWatch waits = Marker.of(folder.resolve("waits")).watch()) {
      CompletableFuture<ProcessHandle> gone = gone(waits);
      run.process().destroyForcibly();
      assertThat(gone).as("no child outlives the runner").succeedsWithin(LIMIT);
      assertThat(run.exit()).isEqualTo(137);
    }
    goesOn();
  }

  @Test
  void runner_terminated_goesOnWhereTheJobWas() throws Exception {
    write(STEPS);
    try (ExampleRun run = ExampleRun.start(folder, RUNNER, "jobs.json");
        MarkerWatch waits = Marker.of(folder.resolve("waits")).watch()) {
      CompletableFuture<ProcessHandle> gone = gone(waits);
      run.process().destroy();
      assertThat(run.exit()).as(run::told).isEqualTo(143);
      assertThat(gone).succeedsWithin(LIMIT);
    }
    goesOn();
  }

  @Test
  void runner_secondOneInAFolder_isRefused() throws Exception {
    write(STEPS);
    try (ExampleRun run = ExampleRun.start(folder, RUNNER, "--into", "store", "jobs.json");
        MarkerWatch waits = Marker.of(folder.resolve("waits")).watch()) {
      CompletableFuture<ProcessHandle> gone = gone(waits);
      assertThatThrownBy(this::run)
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("somebody works already in");
      run.process().destroy();
      assertThat(run.exit()).as(run::told).isEqualTo(143);
      assertThat(gone).succeedsWithin(LIMIT);
    }
  }

  @Test
  void program_fileIsWrong_saysSoAndEndsWithTwo() throws Exception {
    Files.writeString(folder.resolve("jobs.json"), "{\"jobs\": {\"a/b\": {\"run\": [\"true\"]}}}");
    try (ExampleRun run = ExampleRun.start(folder, RUNNER, "jobs.json")) {
      assertThat(run.exit()).as(run::told).isEqualTo(2);
      assertThat(run.errors()).contains("job \"a/b\" needs a plain name");
    }
  }

  private static CompletableFuture<ProcessHandle> gone(MarkerWatch waits)
      throws InterruptedException {
    String pid = String.valueOf(waits.await(LIMIT).orElseThrow().body());
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow().onExit();
  }

  private void goesOn() throws Exception {
    Files.createFile(folder.resolve("go"));
    try (ExampleRun run = ExampleRun.start(folder, RUNNER, "--most", "2", "jobs.json")) {
      assertThat(run.exit()).as(run::told).isZero();
      assertThat(run.output()).isEqualTo("job: done in one run: 6\n");
    }
    assertThat(folder.resolve("steps")).hasContent("1\n2\n3\n4\n5\n6\n");
  }

  private void write(String script, String... arguments) throws IOException {
    Files.writeString(folder.resolve("complete.sh"), COMPLETE);
    Files.writeString(folder.resolve("job.sh"), script);
    String all = arguments.length == 0 ? "" : ", \"" + String.join("\", \"", arguments) + "\"";
    Files.writeString(
        folder.resolve("jobs.json"),
        "{\"jobs\": {\"job\": {\"run\": [\"sh\", \"job.sh\"%s], \"attempts\": 2}}}".formatted(all));
  }

  private Map<String, JobResult> run() throws IOException, InterruptedException {
    Path file = folder.resolve("jobs.json");
    return JobRunner.run(
        file, new JobRunner.Settings(2, LIMIT, Duration.ofMinutes(1), folder.resolve("store")));
  }
}
