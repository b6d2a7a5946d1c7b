package dev.brood.process.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlGroupTest {
  private static final ControlGroup NO_LIMITS =
      new ControlGroup(
          OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

  private Path root;

  @BeforeEach
  void keepFolder(@TempDir Path folder) {
    root = folder;
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private ControlGroup read() {
    return ControlGroupReader.of(root.toString()).read();
  }

  @Test
  void read_versionTwo_takesTheTightestOnTheWayUp() throws IOException {
    write("proc/self/cgroup", "0::/a/b\n");
    write("proc/self/mountinfo", "30 1 0:26 / /cg rw shared:4 - cgroup2 cgroup2 rw\n");
    write("cg/a/b/memory.max", "max\n");
    write("cg/a/b/memory.current", "10\n");
    write("cg/a/b/pids.max", "100\n");
    write("cg/a/b/pids.current", "40\n");
    write("cg/a/memory.max", "1000\n");
    write("cg/a/memory.current", "900\n");
    write("cg/a/memory.stat", "anon 5\ninactive_file 50\nactive_file 7\n");
    write("cg/a/pids.max", "50\n");
    write("cg/a/pids.current", "50\n");

    assertThat(read())
        .isEqualTo(
            new ControlGroup(
                OptionalLong.of(1000),
                OptionalLong.of(150),
                OptionalLong.of(50),
                OptionalLong.of(0)));
  }

  @Test
  void read_versionOneInAContainer_findsItsPartOfTheHierarchy() throws IOException {
    write("proc/self/cgroup", "9:pids:/box/1/in\n4:cpu,memory:/box/1\n0::/\n");
    write(
        "proc/self/mountinfo",
        """
        31 2 0:9 /box/1 /cg/pids rw - cgroup cgroup rw,pids
        32 2 0:8 /box/1 /cg/memory rw - cgroup cgroup rw,cpu,memory
        33 2 0:7 / /cg/unified rw - cgroup2 cgroup2 rw
        """);
    write("cg/memory/memory.limit_in_bytes", "2000\n");
    write("cg/memory/memory.usage_in_bytes", "500\n");
    write("cg/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 3\n");
    write("cg/pids/in/pids.max", "9\n");
    write("cg/pids/in/pids.current", "2\n");

    assertThat(read())
        .isEqualTo(
            new ControlGroup(
                OptionalLong.of(2000),
                OptionalLong.of(1503),
                OptionalLong.of(9),
                OptionalLong.of(7)));
  }

  @Test
  void read_versionOneWithoutLimit_isEmpty() throws IOException {
    write("proc/self/cgroup", "4:memory:/\n");
    write("proc/self/mountinfo", "32 2 0:8 / /cg/memory rw - cgroup cgroup rw,memory\n");
    write("cg/memory/memory.limit_in_bytes", "9223372036854771712\n");
    write("cg/memory/memory.usage_in_bytes", "500\n");

    assertThat(read()).isEqualTo(NO_LIMITS);
  }

  @Test
  void read_nothingMounted_isEmpty() throws IOException {
    assertThat(read()).isEqualTo(NO_LIMITS);
    write("proc/self/cgroup", "4:memory:/\n0::/x\n");
    write("proc/self/mountinfo", "nonsense\n");
    assertThat(read()).isEqualTo(NO_LIMITS);
  }

  @Test
  void own_thisMachine_neverLeavesMoreThanTheLimit() {
    ControlGroup own = ControlGroup.own();

    assertThat(own.memoryRoomBytes().orElse(0)).isNotNegative();
    own.memoryLimitBytes()
        .ifPresent(limit -> assertThat(own.memoryRoomBytes().orElseThrow()).isBetween(0L, limit));
    assertThat(own.processRoom().isPresent()).isEqualTo(own.processLimit().isPresent());
  }
}
