package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a dry run prints does in a shell what the command does. */
class DryRunTest {
  @TempDir private Path directory;

  private void assertShellAgrees(Command command) throws Exception {
    String pasted = Command.of("sh", "-c", command.dryRun()).text();

    assertThat(pasted).as(command.dryRun()).isEqualTo(command.text());
  }

  @Test
  void dryRun_nastyArguments_printTheSame() throws Exception {
    assertShellAgrees(Command.of("printf", "<%s>").args(QuotingTest.NASTY));
  }

  @Test
  void dryRun_directoryAndEnvironment_arePartOfTheLine() throws Exception {
    Path odd = Files.createDirectory(directory.resolve("a 'b"));
    Command show = Command.of("sh", "-c", "pwd -P; echo $A; echo ${HOME-unset}; env | wc -l");

    assertShellAgrees(show.directory(odd).env("A", "x 'y' $z"));
    assertShellAgrees(show.unsetEnv("HOME").env("A", "1"));
    // A shell adds variables of its own (PWD) to an empty environment; both have one around.
    assertThat(Command.of("printenv").environment(Environment.only("HOME").with("A", "1")).dryRun())
        .isEqualTo("env -i HOME=\"$HOME\" A=1 printenv");
    assertShellAgrees(
        Command.of("printenv").environment(Environment.only("HOME").with("A", "b c")));
  }

  @Test
  void dryRun_nameThatIsNoShellName_isSetAllTheSame() throws Exception {
    assertShellAgrees(Command.of("printenv", "my.name", "A").env("my.name", "v w").env("A", "1"));
  }

  @Test
  void dryRun_programWithEqualsSign_isNoAssignment() throws Exception {
    StartTest.script(directory.resolve("a=b"), "#!/bin/sh\necho ran $1\n");

    assertShellAgrees(Command.of("a=b", "x").env("PATH", directory + ":/bin:/usr/bin"));
  }

  private void assertFilesAgree(UnaryOperator<Command> redirect) throws Exception {
    Command command = redirect.apply(Command.of("sh", "-c", "cat; echo out; echo err >&2"));
    command.stdin(Stdio.none()).run();
    String expected = contents();
    reset();
    Command.of("sh", "-c", command.dryRun()).stdin(Stdio.none()).run();

    assertThat(contents()).as(command.dryRun()).isEqualTo(expected);
  }

  private void reset() throws Exception {
    Files.writeString(directory.resolve("in"), "input\n");
    Files.writeString(directory.resolve("o u t"), "old\n");
    Files.writeString(directory.resolve("err"), "old\n");
  }

  private String contents() throws Exception {
    return Files.readString(directory.resolve("o u t"))
        + "|"
        + Files.readString(directory.resolve("err"));
  }

  @Test
  void dryRun_redirections_leadToTheSameFiles() throws Exception {
    reset();
    Path out = directory.resolve("o u t");
    Path err = directory.resolve("err");
    List<UnaryOperator<Command>> all =
        List.of(
            c -> c.stdout(Stdio.file(out)).stderr(Stdio.append(err)),
            c -> c.stdout(Stdio.append(out)).stderr(Stdio.toStdout()),
            c -> c.stdout(Stdio.toStderr()).stderr(Stdio.file(err)),
            c -> c.stdout(Stdio.none()).stderr(Stdio.file(err)));
    for (UnaryOperator<Command> redirect : all) {
      assertFilesAgree(redirect);
      reset();
    }
  }

  @Test
  void dryRun_swap_isASwap() throws Exception {
    Command swapped =
        Command.of("sh", "-c", "echo out; echo err >&2")
            .stdout(Stdio.toStderr())
            .stderr(Stdio.toStdout());

    Result pasted = Command.of("sh", "-c", swapped.dryRun()).capture();

    assertThat(pasted.stdout().text()).isEqualTo("err\n");
    assertThat(pasted.stderr().text()).isEqualTo("out\n");
  }

  @Test
  void dryRun_inputFile_isRedirected() throws Exception {
    Path file = Files.writeString(directory.resolve("in put"), "content\n");

    assertShellAgrees(Command.of("cat").stdin(Stdio.file(file)));
  }

  @Test
  void dryRun_secret_isMasked() {
    assertThat(Command.of("curl", "-u").secret("me:pass").arg("http://x/").dryRun())
        .isEqualTo("curl -u '***' http://x/");
  }

  @Test
  void dryRun_anyCommand_startsNothing() {
    Path mark = directory.resolve("mark");
    Command.of("touch", mark.toString()).stdout(Stdio.file(directory.resolve("out"))).dryRun();

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void dryRun_secretVariable_isMaskedAndStillPassedOn() throws Exception {
    Command command =
        Command.of("sh", "-c", "echo $TOKEN")
            .environment(Environment.only("PATH").secret("TOKEN", "swordfish"));

    assertThat(command.dryRun()).contains("TOKEN='***'").doesNotContain("swordfish");
    assertThat(command.text()).isEqualTo("swordfish");
  }
}
