package dev.brood.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example files, run as they are but for their ports and one delay. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class UpExamplesProcessTest {
  private static final Path EXAMPLES = Path.of("..", "examples");

  @TempDir Path directory;

  @Test
  void hello_endsByItselfWithoutAFailure() throws Exception {
    copy("hello");
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isZero();
    assertThat(ended.out())
        .contains("hello    | Hello from sh, 1 to go", "letters  | ONE TWO THREE", "worker.1 | ");
    assertThat(ended.err())
        .contains("brood    * stopping the others: hello, which is significant, has ended\n")
        .endsWith("1 succeeded (hello), 3 stopped (" + stopped(ended) + "); exit code 0\n");
  }

  @Test
  void hello_procfile_endsByItself() throws Exception {
    copy("hello");
    Cli.Ended ended = Cli.run(directory, "up", "Procfile");
    assertThat(ended.code()).isZero();
    assertThat(ended.out()).contains("web    | would listen on 5000", "ticker | ");
  }

  @Test
  void stack_startsInOrderRestartsAndStopsInReverse() throws Exception {
    copy("stack");
    Path file = directory.resolve("brood.yaml");
    String text = Files.readString(file);
    Files.writeString(
        file,
        text.replace("18080", String.valueOf(FreePort.next()))
            .replace("18090", String.valueOf(FreePort.next())));
    beginLater(directory.resolve("web.js"));
    Cli.Ended ended = Cli.run(directory, "up");
    assertThat(ended.code()).isZero();
    assertThat(ended.out())
        .contains("setup   | the store begins with 1")
        .containsSubsequence("visitor | visit 2\n", "visitor | visit 3\n", "visitor | visit 4\n")
        .contains("store   | the store closes with 4");
    assertThat(ended.err())
        .containsSubsequence(
            "store   * ready after ",
            "setup   * started, ",
            "setup   * ended with exit code 0",
            "web     * started, ",
            "web     * ready after ",
            "visitor * started, ",
            "visitor * ended with exit code 0",
            "worker  * stopped with SIGTERM, exit code 0",
            "web     * stopped with SIGTERM",
            "store   * stopped with SIGTERM, exit code 0")
        .containsSubsequence(
            "worker  * failed with exit code 3",
            "worker  * restart 1 of 30 in 0.20 s",
            "worker  * started again as run 2");
  }

  /** In the order in which they ended, which is theirs. */
  private static String stopped(Cli.Ended ended) {
    String names = ended.err().replaceFirst("(?s).*3 stopped \\((.*)\\).*", "$1");
    assertThat(List.of(names.split(", ")))
        .containsExactlyInAnyOrder("letters", "worker.0", "worker.1");
    return names;
  }

  private void copy(String example) throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLES.resolve(example))) {
      for (Path file : files.toList()) {
        Path copy = Files.copy(file, directory.resolve(file.getFileName()));
        assertThat(copy).exists();
      }
    }
  }

  /** So that the worker, however slowly it starts, finds nobody listening at first. */
  private static void beginLater(Path script) throws IOException {
    String text = Files.readString(script);
    assertThat(text).contains("}, 400);");
    Files.writeString(script, text.replace("}, 400);", "}, 2000);"));
  }
}
