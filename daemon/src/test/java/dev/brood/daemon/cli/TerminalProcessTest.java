package dev.brood.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code brood} on a real terminal, which is a pane of tmux: keys go in, the screen comes out.
 * Steps are awaited with {@code tmux wait-for}, which the scripts signal.
 */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class TerminalProcessTest {
  private static final int LIMIT_SECONDS = 40;

  @TempDir Path directory;

  private static final AtomicInteger SERVERS = new AtomicInteger();

  /** A server of our own; the one of the test before may still be about to end. */
  private final String server =
      "brood-test-" + ProcessHandle.current().pid() + "-" + SERVERS.incrementAndGet();

  @BeforeEach
  void needsTmux() throws InterruptedException {
    boolean there;
    try {
      there = new ProcessBuilder("tmux", "-V").inheritIO().start().waitFor() == 0;
    } catch (IOException _) {
      there = false;
    }
    Assumptions.assumeTrue(there, "SKIPPED: tmux is missing, Ctrl-C on a terminal is not tested");
  }

  @AfterEach
  void killServer() throws Exception {
    new ProcessBuilder("tmux", "-L", server, "kill-server")
        .redirectErrorStream(true)
        .start()
        .waitFor();
  }

  @Test
  void run_ctrlC_reachesTheProgramOnceAndKeepsItsLastWords() throws Exception {
    script(
        "program.sh",
        """
        n=0
        trap 'n=$((n + 1))' INT
        test -t 0 && test -t 1 && test -t 2 && echo "has a terminal"
        tmux -L SERVER wait-for -S ready
        while [ $n = 0 ]; do sleep 0.05; done
        sleep 0.5
        echo "last words after $n"
        exit 5
        """);
    start("run -- sh program.sh");
    tmux("wait-for", "ready");
    tmux("send-keys", "C-c");
    awaitEnd();
    assertThat(screen()).contains("has a terminal", "last words after 1", "code 5");
  }

  @Test
  void run_programThatOutlivesCtrlC_goesOn() throws Exception {
    script(
        "program.sh",
        """
        trap 'tmux -L SERVER wait-for -S heard' INT
        tmux -L SERVER wait-for -S ready
        read line
        read line
        echo "read $line"
        """);
    start("run -- sh program.sh");
    tmux("wait-for", "ready");
    tmux("send-keys", "C-c");
    tmux("wait-for", "heard");
    tmux("send-keys", "one", "Enter", "two", "Enter");
    awaitEnd();
    assertThat(screen()).contains("code 0").containsPattern("read (one|two)");
  }

  @Test
  void run_progress_isDrawnBelowTheOutputAndLeftAtTheEnd() throws Exception {
    script(
        "program.sh",
        """
        echo 'begun, 10 %'
        tmux -L SERVER wait-for -S ready
        read line
        echo "read $line, 100 %"
        """);
    start("run --progress -- sh program.sh");
    tmux("wait-for", "ready");
    awaitScreen("sh [##------------------]  10 %");
    tmux("send-keys", "on", "Enter");
    awaitEnd();
    assertThat(screen())
        .contains("begun, 10 %", "read on, 100 %", "sh [####################] 100 %", "code 0");
  }

  @Test
  void run_progressOfOutputThatGoesElsewhere_isDrawnBesideAnUnfinishedLine() throws Exception {
    script(
        "program.sh",
        """
        printf 'begun\\r50 %%'
        while [ ! -e go ]; do sleep 0.05; done
        """);
    start("run --progress -- sh program.sh >out.txt");
    awaitScreen("sh [##########----------]  50 %");
    Files.createFile(directory.resolve("go"));
    awaitEnd();
    assertThat(Files.readString(directory.resolve("out.txt"))).isEqualTo("begun\r50 %");
  }

  @Test
  void up_ctrlC_stopsAllWithLastWordsInColour() throws Exception {
    script(
        "program.sh",
        """
        trap 'echo "bye from $1"; exit 0' TERM
        trap 'echo "INT reached $1"' INT
        tmux -L SERVER wait-for -S "ready-$1"
        while :; do sleep 0.05; done
        """);
    Files.writeString(
        directory.resolve("brood.yaml"),
        "apps:\n- {name: a, script: program.sh, args: a}\n"
            + "- {name: b, script: program.sh, args: b}\n");
    start("up");
    tmux("wait-for", "ready-a");
    tmux("wait-for", "ready-b");
    tmux("send-keys", "C-c");
    awaitEnd();
    assertThat(screen())
        .contains("brood * SIGINT: stopping all; again kills")
        .contains("b     | bye from b", "a     | bye from a", "code 0")
        .doesNotContain("INT reached");
    assertThat(tmux("capture-pane", "-p", "-e")).contains("\u001b[36ma     | ");
  }

  @Test
  void up_progressOnATerminal_isABarBelowTheLinesAndGoes() throws Exception {
    script(
        "program.sh",
        """
        echo "at 40 %"
        while [ ! -e go ]; do sleep 0.05; done
        echo "at 100 %"
        """);
    Files.writeString(
        directory.resolve("brood.yaml"), "- {name: a, script: program.sh, progress: percent}\n");
    start("up");
    awaitScreen("a [########------------]  40 %");
    assertThat(screen()).containsSubsequence("a     | at 40 %", "a [####");
    Files.createFile(directory.resolve("go"));
    awaitEnd();
    assertThat(screen()).contains("a     | at 100 %", "code 0").doesNotContain("a [###");
  }

  private void script(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text.replace("SERVER", server));
  }

  /** Opens a pane with brood in it; when that has ended, its exit code is shown. */
  private void start(String arguments) throws Exception {
    String brood =
        Cli.java().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    // Without exec: the shell's own group is the terminal's, as with a user's script.
    script(
        "pane.sh",
        """
        unset NO_COLOR FORCE_COLOR
        %s %s
        echo "code $?"
        tmux -L SERVER wait-for -S done
        cat
        """
            .formatted(brood, arguments));
    // A shell that ignores nothing and survives Ctrl-C, as an interactive one does.
    Files.writeString(directory.resolve("survivor.sh"), "trap : INT\n. ./pane.sh\n");
    tmux(
        "-f",
        "/dev/null",
        "new-session",
        "-d",
        "-x",
        "200",
        "-y",
        "50",
        "-c",
        directory.toString(),
        "sh survivor.sh");
  }

  /** When the terminal has also shown all that was written before. */
  private void awaitEnd() throws Exception {
    tmux("wait-for", "done");
    awaitScreen("code ");
  }

  private void awaitScreen(String text) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!screen().contains(text)) {
      assertThat(System.nanoTime() - end).as("in time: " + text + " in " + screen()).isNegative();
      LockSupport.parkNanos(50_000_000);
    }
  }

  private String screen() throws Exception {
    return tmux("capture-pane", "-p");
  }

  private String tmux(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("tmux", "-L", server));
    command.addAll(List.of(arguments));
    Process tmux = new ProcessBuilder(command).redirectErrorStream(true).start();
    tmux.onExit()
        .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
        .exceptionally(late -> tmux.destroyForcibly());
    tmux.getOutputStream().close();
    String text = new String(tmux.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(tmux.waitFor()).as(command + ": " + text).isZero();
    tmux.getInputStream().close();
    return text;
  }
}
