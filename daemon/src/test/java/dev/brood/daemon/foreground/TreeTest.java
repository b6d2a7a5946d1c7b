package dev.brood.daemon.foreground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.observe.ProcessState;
import dev.brood.process.observe.ProcessTree;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TreeTest {
  @Test
  void lines_childAndGrandchild_areDrawnUnderTheirParents() throws Exception {
    // The last command keeps sh from becoming what it starts.
    Process child =
        new ProcessBuilder("sh", "-c", "sh -c 'echo up; read x; :'; :")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      child.inputReader().readLine();
      awaitBothAsleep(child.pid());
      List<String> lines = Tree.lines(child.pid(), Duration.ofMillis(20), 0).orElseThrow();
      assertThat(lines).hasSize(4);
      assertThat(lines.get(0)).matches(" +PID +STATE +CPU % +MEMORY +COMMAND");
      assertThat(lines.get(1)).matches(" +" + child.pid() + " +sleeping .* M +sh -c sh -c .*");
      assertThat(lines.get(2)).matches(" +\\d+ +sleeping .*└─ sh -c echo up; read x; :");
      assertThat(lines.get(3)).contains("2 processes, 2 threads");
    } finally {
      child.getOutputStream().close();
      child.waitFor();
      child.getInputStream().close();
    }
  }

  private static void awaitBothAsleep(long pid) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (asleep(pid) < 2) {
      assertThat(System.nanoTime() - end).as("both sleep in time").isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private static long asleep(long pid) {
    return ProcessTree.of(pid).orElseThrow().processes().stream()
        .filter(process -> process.state() == ProcessState.SLEEPING)
        .count();
  }

  @Test
  void lines_noSuchProcess_isEmpty() throws Exception {
    assertThat(Tree.lines(99_999_999, Duration.ofMillis(1), 0)).isEmpty();
  }

  @Test
  void lines_width_cutsLongOnes() throws Exception {
    long self = ProcessHandle.current().pid();
    List<String> lines = Tree.lines(self, Duration.ZERO, 60).orElseThrow();
    assertThat(lines).allMatch(line -> line.length() <= 60);
    assertThat(lines.get(1)).endsWith("…");
  }

  @ParameterizedTest
  @CsvSource({"0, 0 B", "999, 999 B", "1024, 1.0 K", "3565158, 3.4 M", "125829120, 120 M"})
  void bytes_number_hasAUnit(long bytes, String text) {
    assertThat(Tree.bytes(bytes)).isEqualTo(text);
  }
}
