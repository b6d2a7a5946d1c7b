package dev.brood.process.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Census;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Census.Extension.class)
class ProcessTableTest {
  private CannedProc proc;

  @BeforeEach
  void createProc(@TempDir Path directory) throws IOException {
    proc = new CannedProc(directory);
  }

  private List<Long> tree(long root) {
    return proc.reader().table().tree(root).stream().map(ProcessTable.Entry::pid).toList();
  }

  private void process(long pid, long parent, long group) throws IOException {
    proc.write(
        pid + "/stat",
        "%d (p) S %d %d 9 0 -1 0 1 2 3 4 500 125 6 7 20 0 3 0 1001 1048576 10 0 0 0 0 0 0 0\n"
            .formatted(pid, parent, group));
  }

  @Test
  void read_oneProcess_hasItsFigures() throws IOException {
    process(11, 1, 10);

    ProcessTable table = proc.reader().table();

    assertThat(table.size()).isEqualTo(1);
    assertThat(table.takenNanos()).isEqualTo(123);
    assertThat(table.find(12)).isEmpty();
    assertThat(table.find(11))
        .hasValue(
            new ProcessTable.Entry(
                11,
                1001,
                1,
                10,
                "p",
                ProcessState.SLEEPING,
                Duration.ofMillis(2500),
                Duration.ofMillis(52),
                10 * CannedProc.PAGE_BYTES,
                1048576,
                3));
  }

  @Test
  void tree_severalLevels_hasAllDescendantsAndNoOthers() throws IOException {
    process(10, 1, 10);
    process(11, 10, 11);
    process(12, 11, 11);
    process(13, 1, 13);

    assertThat(tree(10)).containsExactly(10L, 11L, 12L);
    assertThat(tree(13)).containsExactly(13L);
    assertThat(tree(99)).isEmpty();
  }

  @Test
  void tree_memberWhoseParentHasEnded_isFoundByItsGroup() throws IOException {
    process(10, 1, 10);
    process(12, 1, 10);
    process(13, 12, 13);

    assertThat(tree(10)).containsExactly(10L, 12L, 13L);
    assertThat(tree(12)).containsExactly(12L, 13L);
  }

  @Test
  void tree_pidsUsedAgainDuringTheReading_doNotCloseACircle() throws IOException {
    process(10, 11, 10);
    process(11, 10, 10);

    assertThat(tree(10)).containsExactlyInAnyOrder(10L, 11L);
  }

  @Test
  void read_thisMachine_hasThisJvm() {
    ProcessInfo self = ProcessInfo.self();

    ProcessTable.Entry entry = ProcessTable.read().find(self.pid()).orElseThrow();

    assertThat(entry.startTicks()).isEqualTo(self.startTicks());
    assertThat(entry.cpuTime()).isGreaterThanOrEqualTo(self.cpuTime());
    assertThat(entry.residentBytes()).isPositive();
    assertThat(ProcessInfo.descriptorsOf(self.pid()).orElseThrow()).isPositive();
    assertThat(ProcessInfo.Io.of(self.pid()).orElseThrow().readBytes()).isPositive();
  }
}
