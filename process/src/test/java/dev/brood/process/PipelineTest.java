package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.brood.testkit.HelperPrograms;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands joined by the kernel's pipes. */
class PipelineTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration SOON = Duration.ofSeconds(20);

  private final String mark = Look.newMark();

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9, 10})
  void capture_stages_passAllOn(int count) throws Exception {
    Pipeline pipeline = Command.of(HelperPrograms.numbers(20_000)).pipe(Command.of("cat"));
    for (int i = 2; i < count; i++) {
      pipeline = pipeline.pipe(Command.of("cat"));
    }

    PipelineResult result = pipeline.capture();

    assertThat(result.stages()).hasSize(count);
    assertThat(result.exits()).hasSize(count).containsOnly(new Exit.Exited(0));
    assertThat(result.stdout().lines()).hasSize(20_000).startsWith("1").endsWith("20000");
    assertThat(result.stages()).extracting(Result::pid).doesNotHaveDuplicates();
  }

  @Test
  void stages_eachWithItsOwnFacts_areKept() throws Exception {
    PipelineResult result =
        sh("echo one >&2; exit 3")
            .pipe(sh("cat; echo two >&2; kill -9 $$"))
            .pipe(sh("cat; echo three"))
            .pipefail(Pipeline.Pipefail.LAST)
            .capture();

    assertThat(result.exits())
        .containsExactly(
            new Exit.Exited(3), new Exit.Signaled(Signal.KILL, false), new Exit.Exited(0));
    assertThat(result.stages().get(0).stderr().text()).isEqualTo("one\n");
    assertThat(result.stages().get(1).stderr().text()).isEqualTo("two\n");
    assertThat(result.stages().get(2).stderr().text()).isEmpty();
    assertThat(result.stdout().text()).isEqualTo("three\n");
    assertThat(result.stages()).allSatisfy(stage -> assertThat(stage.usage().cpu()).isPositive());
    assertThat(result.duration()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    // exits of three stages; does it fail with ANY, LAST, NONE
    "0, 0, 0, false, false, false",
    "1, 0, 0, true, false, false",
    "0, 1, 0, true, false, false",
    "0, 0, 1, true, true, false",
    "2, 3, 4, true, true, false"
  })
  void pipefail_exits_countAsTheKindSays(
      int first, int second, int third, boolean any, boolean last, boolean none) throws Exception {
    Pipeline pipeline =
        sh("exit " + first).pipe(sh("cat; exit " + second)).pipe(sh("cat; exit " + third));

    assertThat(fails(pipeline)).as("by default").isEqualTo(any);
    assertThat(fails(pipeline.pipefail(Pipeline.Pipefail.ANY))).isEqualTo(any);
    assertThat(fails(pipeline.pipefail(Pipeline.Pipefail.LAST))).isEqualTo(last);
    assertThat(fails(pipeline.pipefail(Pipeline.Pipefail.NONE))).isEqualTo(none);
  }

  @Test
  void pipefail_any_errorIsTheFirstFailingStages() {
    Pipeline pipeline = sh("true").pipe(sh("echo why >&2; exit 5")).pipe(sh("cat; exit 6"));

    ExitException error = catchThrowableOfType(ExitException.class, pipeline::capture);

    assertThat(error.result().exit()).isEqualTo(new Exit.Exited(5));
    assertThat(error).hasMessageContaining("why").hasMessageContaining("exit 5");
  }

  @Test
  void unchecked_stage_isExcusedAlone() throws Exception {
    assertThat(fails(sh("exit 1").unchecked().pipe(sh("cat")))).isFalse();
    assertThat(fails(sh("exit 1").unchecked().pipe(sh("cat; exit 1")))).isTrue();
    assertThat(fails(sh("exit 1").exitCodes(0, 1).pipe(sh("cat")))).isFalse();
  }

  @Test
  void capture_yesAndHead_isASuccess() throws Exception {
    PipelineResult result = Command.of("yes").pipe(Command.of("head", "-n", "1")).capture();

    assertThat(result.stdout().text()).isEqualTo("y\n");
    assertThat(result.exits())
        .containsExactly(new Exit.Signaled(Signal.PIPE, false), new Exit.Exited(0));
  }

  @Test
  void capture_lastStageEndsBySigpipe_isAFailure() {
    assertThatThrownBy(() -> Command.of("true").pipe(sh("kill -s PIPE $$")).capture())
        .isInstanceOf(ExitException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void capture_stageMissing_failsAndLeavesNothing(int missing) {
    Command absent = Command.of("no-such-program-of-brood").env(Look.MARK, mark);
    List<Command> stages =
        List.of(
            missing == 0 ? absent : marked("yes"),
            missing == 1 ? absent : marked("cat"),
            missing == 2 ? absent : marked("sleep", "60"));

    SpawnException error =
        catchThrowableOfType(
            SpawnException.class,
            () -> stages.get(0).pipe(stages.get(1)).pipe(stages.get(2)).capture());

    assertThat(error.reason()).isEqualTo(SpawnException.Reason.PROGRAM_NOT_FOUND);
    assertThat(error).hasMessageContaining("no-such-program-of-brood");
    assertThat(Look.marked(mark)).isEmpty();
    assertThat(Children.living()).isEmpty();
  }

  @Test
  void spawn_stageAfterATransformMissing_leavesNothing() {
    Pipeline pipeline =
        marked("yes")
            .pipe(Transform.map(line -> line))
            .pipe(marked("cat"))
            .pipe(Command.of("no-such-program-of-brood"));

    assertThatThrownBy(pipeline::spawn).isInstanceOf(SpawnException.class);

    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void capture_stagesInherit_onlyTheirOwnPipes() throws Exception {
    String list = "ls -l /proc/self/fd | grep -c pipe:";
    // The listing's own output is a pipe; its input too, in the middle.
    assertThat(sh(list).pipe(sh("cat")).pipe(sh("cat")).text()).isEqualTo("2");
  }

  @Test
  void capture_deadline_stopsAllStages() {
    Pipeline pipeline = marked("sleep", "60").pipe(marked("cat")).deadline(SHORT);

    DeadlineException error = catchThrowableOfType(DeadlineException.class, pipeline::capture);

    assertThat(error.result().cause()).isEqualTo(Cause.DEADLINE);
    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void close_runningPipeline_stopsAllStagesAtTheSameTime(@TempDir Path directory) throws Exception {
    Command stage =
        Command.of(HelperPrograms.endTogether(directory, 4)).env(Look.MARK, mark).grace(SOON);
    List<Child> children;
    try (RunningPipeline running = stage.pipe(stage).pipe(stage).pipe(stage).spawn()) {
      children = running.children();
      assertThat(Look.until(SOON, () -> names(directory).size() == 4)).as("all ready").isTrue();
    }

    for (Child child : children) {
      assertThat(child.await()).as("waited for the others").isEqualTo(new Exit.Exited(7));
    }
    assertThat(Look.marked(mark)).isEmpty();
  }

  private static List<String> names(Path directory) {
    String[] names = directory.toFile().list();
    return names == null ? List.of() : List.of(names);
  }

  @Test
  void spawn_ends_areAtHand() throws Exception {
    try (RunningPipeline running =
        Command.of("tr", "a", "b").stdin(Stdio.pipe()).pipe(Command.of("sort")).spawn()) {
      running.stdin().println("xa").println("aa").close();

      assertThat(running.stdout().readLine()).isEqualTo("bb");
      assertThat(running.stdout().readLine()).isEqualTo("xb");
      assertThat(running.stdout().readLine()).isNull();
      assertThat(running.await()).containsOnly(new Exit.Exited(0)).hasSize(2);
      assertThat(running.children()).hasSize(2);
    }
  }

  @Test
  void capture_outputOfTheLastStageTooLarge_stopsAll() {
    Pipeline pipeline = marked("yes").pipe(marked("cat").outputLimit(10_000));

    OutputLimitException error =
        catchThrowableOfType(OutputLimitException.class, pipeline::capture);

    assertThat(error.result().stdout().bytes()).hasSize(10_000);
    assertThat(Look.marked(mark)).isEmpty();
  }

  @Test
  void capture_muchThroughTheKernel_isNeverReadByTheParent() throws Exception {
    long bytes = 256L << 20;
    Pipeline pipeline =
        Command.of(HelperPrograms.flood(bytes))
            .pipe(Command.of("cat"))
            .pipe(Command.of("wc", "-c"));
    Map<Path, Long> before = threadsBytesRead();

    PipelineResult result = pipeline.capture();

    assertThat(result.stdout().trimmed()).isEqualTo(Long.toString(bytes));
    long read = 0;
    for (Map.Entry<Path, Long> thread : threadsBytesRead().entrySet()) {
      read += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
    }
    assertThat(read).isLessThan(bytes / 16);
  }

  private static boolean fails(Pipeline pipeline) throws InterruptedException {
    try {
      pipeline.capture();
      return false;
    } catch (ExitException e) {
      return true;
    }
  }

  /**
   * What the threads of this JVM have read: rchar of each. That of /proc/self/io has children in.
   */
  private static Map<Path, Long> threadsBytesRead() throws IOException {
    Map<Path, Long> all = new HashMap<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        try {
          for (String line : Files.readAllLines(thread.resolve("io"))) {
            if (line.startsWith("rchar: ")) {
              all.put(thread, Long.valueOf(line.substring(7)));
            }
          }
        } catch (IOException e) {
          // Ended since it was listed, as a carrier or a compiler may at any time.
        }
      }
    }
    return all;
  }

  private static Command sh(String script) {
    return Command.of("sh", "-c", script);
  }

  private Command marked(String... argv) {
    return Command.of(List.of(argv)).env(Look.MARK, mark);
  }

  @Test
  void pipe_innerStreamThatIsSet_isRefused() {
    Command cat = Command.of("cat");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> cat.pipe(cat.stdin(Stdio.text("x"))))
        .withMessageContaining("standard input of \"cat\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cat.stdout(Stdio.none()).pipe(cat))
        .withMessageContaining("standard output of \"cat\"");
  }

  @Test
  void result_aSinkFails_stopsTheOtherStages() throws Exception {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no room");
          }
        };
    Command first = Command.of("sh", "-c", "echo x >&2").stderr(Stdio.stream(full));
    Command second = Command.of("sh", "-c", "exec <&-; exec sleep 60");
    try (RunningPipeline running = first.pipe(second).spawn()) {
      assertThatThrownBy(running::result)
          .isInstanceOf(StdioException.class)
          .hasStackTraceContaining("no room");

      assertThat(running.children()).noneMatch(Child::isAlive);
    }
  }

  @Test
  void bytesAndLines_areOfTheLastStage() throws Exception {
    Pipeline pipeline = Command.of("printf", "b\\na\\n").pipe(Command.of("sort"));

    assertThat(pipeline.bytes()).isEqualTo(new byte[] {'a', '\n', 'b', '\n'});
    try (RunningPipeline running = pipeline.spawn()) {
      assertThat(running.lines()).extracting(Line::text).containsExactly("a", "b");
      running.kill();
    }
  }
}
