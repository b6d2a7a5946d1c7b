package dev.brood.process.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.brood.testkit.Census;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Census.Extension.class)
class ProcessTreeTest {
  private CannedProc proc;

  @BeforeEach
  void createProc(@TempDir Path directory) throws IOException {
    proc = new CannedProc(directory);
  }

  private ProcessTree tree(long pid) {
    return ProcessTree.of(proc.reader(), pid).orElseThrow();
  }

  private List<Long> pids(long root) {
    return tree(root).processes().stream().map(ProcessInfo::pid).toList();
  }

  @Test
  void of_severalLevels_goesDepthFirstInOrderOfPid() throws IOException {
    proc.process(1, 0, "init", "init\0");
    proc.process(20, 1, "b", "b\0");
    proc.process(10, 1, "a", "a\0");
    proc.process(11, 20, "ba", "ba\0");
    proc.process(30, 10, "aa", "aa\0");
    proc.process(31, 10, "ab", "ab\0");

    assertThat(pids(1)).containsExactly(1L, 10L, 30L, 31L, 20L, 11L);
    assertThat(pids(10)).containsExactly(10L, 30L, 31L);
    List<Integer> depths = new ArrayList<>();
    tree(1).walk((info, depth) -> depths.add(depth));
    assertThat(depths).containsExactly(0, 1, 2, 2, 1, 2);
  }

  @Test
  void of_severalLevels_addsUp() throws IOException {
    proc.process(10, 1, "a", "a\0");
    proc.process(11, 10, "b", "b\0");
    proc.write("11/io", "rchar: 1\nwchar: 2\nread_bytes: 3\nwrite_bytes: 4\n");
    proc.write("11/fd/0", "");

    ProcessTree tree = tree(10);

    assertThat(tree.size()).isEqualTo(2);
    assertThat(tree.cpuTime()).isEqualTo(Duration.ofSeconds(5));
    assertThat(tree.residentBytes()).isEqualTo(20L * CannedProc.PAGE_BYTES);
    assertThat(tree.virtualBytes()).isEqualTo(2 * 1_048_576);
    assertThat(tree.threads()).isEqualTo(6);
    assertThat(tree.descriptors()).isEqualTo(1);
    assertThat(tree.io()).isEqualTo(new ProcessInfo.Io(1, 2, 3, 4));
  }

  @Test
  void of_noSuchProcess_isEmpty() throws IOException {
    proc.process(10, 1, "a", "a\0");

    assertThat(ProcessTree.of(proc.reader(), 11)).isEmpty();
  }

  @Test
  void of_rootVanishes_isEmpty() throws IOException {
    proc.stat(10, 1, "a");
    proc.process(11, 10, "b", "b\0");

    assertThat(ProcessTree.of(proc.reader(), 10)).isEmpty();
  }

  @Test
  void of_memberVanishes_leavesItsChildrenToItsParent() throws IOException {
    proc.process(10, 1, "a", "a\0");
    proc.stat(11, 10, "vanishing");
    proc.process(12, 11, "c", "c\0");

    assertThat(pids(10)).containsExactly(10L, 12L);
  }

  @Test
  void of_circleOfParents_ends() throws IOException {
    proc.process(10, 12, "a", "a\0");
    proc.process(11, 10, "b", "b\0");
    proc.process(12, 11, "c", "c\0");
    proc.process(13, 13, "own parent", "d\0");

    assertThat(pids(10)).containsExactly(10L, 11L, 12L);
    assertThat(pids(13)).containsExactly(13L);
  }

  @Test
  void walk_longChain_needsNoDeepStackAndNoWideLines() {
    int length = 20_000;
    ProcessTree tree = new ProcessTree(ProcessInfoTest.sample(length, 1, 1, 0), List.of());
    for (int pid = length - 1; pid > 0; pid--) {
      tree = new ProcessTree(ProcessInfoTest.sample(pid, 1, 1, 0), List.of(tree));
    }

    assertThat(tree.size()).isEqualTo(length);
    assertThat(tree.cpuTime()).isEqualTo(Duration.ofMillis(length));
    assertThat(tree.lines()).hasSize(length + 1).allMatch(line -> line.length() < 300);
  }

  @Test
  void lines_severalLevels_drawTheTree() throws IOException {
    proc.process(10, 1, "a", "a\0--long\0");
    proc.process(11, 10, "b", "b\0evil\u001b[2J\nline\0");
    proc.process(12, 11, "c", "c\0");
    proc.process(13, 10, "d", "");

    assertThat(tree(10).lines())
        .containsExactly(
            "    PID  STATE          CPU    MEMORY  COMMAND",
            "     10  sleeping   0:02.50   0.2 MiB  a --long",
            "     11  sleeping   0:02.50   0.2 MiB  ├─ b evil?[2J?line",
            "     12  sleeping   0:02.50   0.2 MiB  │  └─ c",
            "     13  sleeping   0:02.50   0.2 MiB  └─ [d]");
  }

  @Test
  void cpuPercentSince_newMember_countsWhole() {
    ProcessTree before =
        new ProcessTree(
            ProcessInfoTest.sample(1, 1, 1000, 0),
            List.of(new ProcessTree(ProcessInfoTest.sample(2, 1, 500, 0), List.of())));
    ProcessTree after =
        new ProcessTree(
            ProcessInfoTest.sample(1, 1, 1100, 1000),
            List.of(
                new ProcessTree(ProcessInfoTest.sample(2, 1, 700, 1000), List.of()),
                new ProcessTree(ProcessInfoTest.sample(3, 9, 300, 1000), List.of())));

    assertThat(after.cpuPercentSince(before)).isCloseTo(60, within(1e-9));
  }

  @Test
  void cpuPercentSince_otherRoot_isRefused() {
    ProcessTree one = new ProcessTree(ProcessInfoTest.sample(1, 1, 0, 0), List.of());
    ProcessTree other = new ProcessTree(ProcessInfoTest.sample(1, 2, 0, 0), List.of());

    assertThatThrownBy(() -> one.cpuPercentSince(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not the same process");
  }
}
