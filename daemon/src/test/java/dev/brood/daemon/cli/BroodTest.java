package dev.brood.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BroodTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(strings = {"run", "up", "tree", "completion"})
  void help_ofEachCommand_hasTheSectionsOfAManualPage(String command) {
    assertThat(run(command, "--help")).isZero();
    assertThat(out())
        .startsWith("NAME\n  brood " + command + " - ")
        .contains("\nSYNOPSIS\n  brood " + command + " ")
        .contains("\nDESCRIPTION\n")
        .contains("\nOPTIONS\n")
        .contains("\nEXIT CODES\n")
        .contains("\nEXAMPLES\n");
    assertThat(out().lines()).allMatch(line -> line.length() <= Options.WIDTH);
    assertThat(err()).isEmpty();
  }

  @Test
  void help_ofAll_listsTheCommands() {
    assertThat(run("--help")).isZero();
    assertThat(out()).contains("  run ", "  up ", "  tree ", "  completion ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-V"})
  void version_isOneLine(String option) {
    assertThat(run(option)).isZero();
    assertThat(out()).matches("brood \\S.*\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "'' ~ brood: a command is missing|See brood --help",
        "rnu ~ brood: unknown command \"rnu\"|See brood --help",
        "--nope ~ brood: unknown option \"--nope\"|See brood --help",
        "tree x ~ brood: Invalid value for positional parameter at index 0 (PID): expected a"
            + " process id, found \"x\"|See brood tree --help",
        "tree 99999999 ~ brood: no such process: 99999999",
        "completion fish ~ brood: expected bash or zsh, found \"fish\"",
      })
  void run_wrongArguments_sayWhatIsWrong(String arguments, String expected) {
    String[] split = arguments.isEmpty() ? new String[0] : arguments.split(" ");
    assertThat(run(split)).isEqualTo(arguments.startsWith("tree 9") ? 3 : 2);
    assertThat(err()).isEqualTo(expected.replace('|', '\n') + "\n");
  }

  @Test
  void completion_bash_knowsCommandsAndOptions(@TempDir Path directory)
      throws IOException, InterruptedException {
    assertThat(run("completion")).isZero();
    Path script = Files.writeString(directory.resolve("brood.bash"), out());
    assertThat(complete(script, "brood", "")).contains("run").contains("up").contains("tree");
    assertThat(complete(script, "brood", "run", "--ti")).isEqualTo("--timeout");
  }

  /** What bash offers behind these words. */
  private static String complete(Path script, String... words)
      throws IOException, InterruptedException {
    String line =
        "source '%s'; COMP_WORDS=(%s); COMP_CWORD=%d; _complete_brood; echo \"${COMPREPLY[*]}\""
            .formatted(script, "'" + String.join("' '", words) + "'", words.length - 1);
    Process bash =
        new ProcessBuilder("bash", "-c", line)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    bash.getOutputStream().close();
    String text = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    bash.waitFor();
    bash.getInputStream().close();
    return text.strip();
  }

  @Test
  void run_directoryThatIsNoPath_isToldOfItsOption() {
    assertThat(run("run", "--cwd", "a\0b", "--progress", "--", "true")).isEqualTo(2);
    assertThat(err()).startsWith("brood: Invalid value for option '--cwd': Nul character");
  }

  private int run(String... arguments) {
    return Brood.run(arguments, print(out), print(err));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
