package dev.brood.workers.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Result;
import dev.brood.process.Stdio;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the tests of one language's part of {@code sdk/}, in that language. */
final class SdkSuite {
  /** The folder of all languages. */
  static final Path ROOT = Path.of("..", "sdk").toAbsolutePath().normalize();

  private static final Duration LIMIT = Duration.ofSeconds(110);

  private SdkSuite() {}

  /**
   * Runs a suite in a folder of {@link #ROOT}; fails with its output unless it ends with 0.
   *
   * @param count finds the number of tests that ran, in its first group
   * @return that number
   */
  static int run(String folder, Pattern count, List<String> command) throws InterruptedException {
    Result result =
        Command.of(command)
            .directory(ROOT.resolve(folder))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .unsetEnv("NODE_CHANNEL_FD")
            .unsetEnv("NODE_TEST_CONTEXT")
            .stderr(Stdio.toStdout())
            .deadline(LIMIT)
            .unchecked()
            .capture();
    String output = result.stdout().text();
    assertThat(result.exit()).as(output).isEqualTo(new Exit.Exited(0));
    Matcher matcher = count.matcher(output);
    assertThat(matcher.find()).as(output).isTrue();
    return Integer.parseInt(matcher.group(1));
  }
}
