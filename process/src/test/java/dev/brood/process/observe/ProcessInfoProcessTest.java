package dev.brood.process.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Census;
import dev.brood.testkit.HelperPrograms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Looking at real processes. */
@ExtendWith(Census.Extension.class)
class ProcessInfoProcessTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Two clock ticks, for the start and for the uptime. */
  private static final Duration PRECISION = Duration.ofMillis(30);

  @Test
  void self_thisJvm_isSeenWhole() {
    ProcessInfo self = ProcessInfo.self();

    assertThat(self.pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(self.parent()).isEqualTo(ProcessHandle.current().parent().orElseThrow().pid());
    assertThat(self.name()).isEqualTo("java");
    assertThat(self.arguments().getFirst()).endsWith("java");
    assertThat(self.startedAt()).isBefore(Instant.now());
    assertThat(self.user()).isEqualTo(System.getProperty("user.name"));
    assertThat(self.cpuTime()).isPositive();
    assertThat(self.residentBytes()).isBetween(1L << 20, self.virtualBytes());
    assertThat(self.threads()).isGreaterThan(1);
    assertThat(self.descriptors().orElseThrow()).isPositive();
    assertThat(self.io().orElseThrow().readBytes()).isPositive();
  }

  @Test
  void of_sleepingChild_isSeenWhole() throws Exception {
    Instant before = Instant.now();
    try (Started child = Started.of(HelperPrograms.sleep(MINUTE))) {
      Instant after = Instant.now();
      await(() -> look(child).arguments().equals(List.of("sleep", "60.000000000")));
      ProcessInfo info = look(child);

      assertThat(info.parent()).isEqualTo(ProcessHandle.current().pid());
      assertThat(info.name()).isEqualTo("sleep");
      assertThat(info.startedAt()).isBetween(before.minus(PRECISION), after.plus(PRECISION));
      assertThat(info.threads()).isEqualTo(1);
      await(() -> look(child).descriptors().orElseThrow() == 3); // no library is open any more
      await(() -> look(child).state() == ProcessState.SLEEPING);
      assertThat(ProcessInfo.all()).anyMatch(info::sameProcess);
      assertThat(ProcessInfo.self().children()).anyMatch(info::sameProcess);
    }
  }

  @Test
  void of_endedChild_isEmpty() throws Exception {
    ProcessInfo info;
    try (Started child = Started.of(HelperPrograms.sleep(MINUTE))) {
      info = look(child);
      assertThat(info.again()).isPresent();
    }
    assertThat(ProcessInfo.of(info.pid())).isEmpty();
    assertThat(info.again()).isEmpty();
    assertThat(info.children()).isEmpty();
    assertThat(info.proportionalBytes()).isEmpty();
    assertThat(ProcessTree.of(info.pid())).isEmpty();
    assertThat(CpuMeter.of(info.pid()).percent()).isEmpty();
  }

  @Test
  void of_nameWithParenthesisAndLineFeed_isSeenWhole() throws Exception {
    String script = "printf 'x) R 1\\n(y' > /proc/$$/comm; echo ready; read -r line";
    try (Started child = Started.of(List.of("sh", "-c", script))) {
      assertThat(child.readLine()).isEqualTo("ready");

      assertThat(look(child).name()).isEqualTo("x) R 1\n(y");
      assertThat(look(child).parent()).isEqualTo(ProcessHandle.current().pid());
    }
  }

  @Test
  void of_longProgramName_isNotCut(@TempDir Path directory) throws Exception {
    Path program = directory.resolve("a-program-with-quite-a-long-name");
    Files.copy(Path.of("/bin/sleep"), program, StandardCopyOption.COPY_ATTRIBUTES);
    try (Started child = Started.of(List.of(program.toString(), "60"))) {
      await(() -> look(child).name().equals("a-program-with-quite-a-long-name"));
    }
  }

  @Test
  void of_longArgument_isNotCut() throws Exception {
    String argument = "x".repeat(100_000);
    try (Started child = Started.of(List.of("sh", "-c", "echo ready; read -r l", "sh", argument))) {
      assertThat(child.readLine()).isEqualTo("ready");

      assertThat(look(child).arguments()).last().isEqualTo(argument);
    }
  }

  @Test
  void of_stoppedChild_isStopped() throws Exception {
    try (Started child = Started.of(HelperPrograms.stopSelf())) {
      assertThat(child.readLine()).isEqualTo("ready");

      await(() -> look(child).state() == ProcessState.STOPPED);
    }
  }

  @Test
  void of_zombie_hasNoArgumentsAndNoMemory() throws Exception {
    // The program after exec does not know of the child it has, and never reaps it.
    try (Started child = Started.of(List.of("sh", "-c", "true & exec sleep 60"))) {
      await(() -> look(child).children().stream().anyMatch(ProcessInfoProcessTest::zombie));
      ProcessInfo zombie = look(child).children().getFirst();

      assertThat(zombie.arguments()).isEmpty();
      assertThat(zombie.residentBytes()).isZero();
      assertThat(zombie.proportionalBytes()).isEmpty();
    }
  }

  private static boolean zombie(ProcessInfo info) {
    return info.state() == ProcessState.ZOMBIE;
  }

  @Test
  void memoryShare_thisJvm_addsUp() {
    MemoryShare share = MemoryShare.of(ProcessHandle.current().pid()).orElseThrow();

    assertThat(share.privateBytes()).isPositive().isLessThanOrEqualTo(share.proportionalBytes());
    assertThat(share.proportionalBytes()).isLessThanOrEqualTo(share.residentBytes());
    assertThat(ProcessInfo.self().proportionalBytes()).isPresent();
  }

  @Test
  void io_childHasWritten_isCounted() throws Exception {
    List<String> argv = List.of("sh", "-c", "head -c 300000 /dev/zero; echo; read -r line");
    try (Started child = Started.of(argv)) {
      child.skip(300_000);
      await(() -> ProcessTree.of(child.pid()).orElseThrow().size() == 1);

      // What ended children wrote goes to the account of the parent that reaped them.
      assertThat(look(child).io().orElseThrow().writtenBytes()).isGreaterThanOrEqualTo(300_000);
    }
  }

  @Test
  void cpuPercent_busyChild_isBetweenNothingAndOneCore() throws Exception {
    try (Started child = Started.of(List.of("sh", "-c", "while :; do :; done"))) {
      CpuMeter meter = CpuMeter.of(child.pid());
      ProcessInfo first = look(child);
      Duration goal =
          first.cpuTime().plusMillis(600); // far longer than between two files of a look
      await(() -> look(child).cpuTime().compareTo(goal) >= 0);

      assertThat(look(child).cpuPercentSince(first)).isBetween(0.1, 115.0);
      assertThat(meter.percent().orElseThrow()).isBetween(0.1, 115.0);
    }
  }

  @Test
  void tree_threeLevels_isFoundWithItsSums() throws Exception {
    try (Started child = Started.of(HelperPrograms.threeLevels())) {
      long first = Long.parseLong(child.readLine());
      long second = Long.parseLong(child.readLine());
      long third = Long.parseLong(child.readLine());
      // Before that it is the shell's child, which exchanges its stdin.
      await(() -> ProcessInfo.of(third).orElseThrow().name().equals("sleep"));
      ProcessTree tree = ProcessTree.of(child.pid()).orElseThrow();

      assertThat(tree.processes())
          .extracting(ProcessInfo::pid)
          .containsExactly(first, second, third);
      assertThat(tree.size()).isEqualTo(3);
      assertThat(tree.threads()).isEqualTo(3);
      assertThat(tree.descriptors()).isGreaterThanOrEqualTo(9);
      assertThat(tree.residentBytes()).isGreaterThan(tree.process().residentBytes());
      assertThat(tree.proportionalBytes()).isPositive().isLessThan(tree.residentBytes());
      assertThat(ProcessTree.of(ProcessHandle.current().pid()).orElseThrow().processes())
          .extracting(ProcessInfo::pid)
          .contains(first, second, third);
      child.killEarlier(second, third);
    }
  }

  private static ProcessInfo look(Started child) {
    return ProcessInfo.of(child.pid()).orElseThrow();
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time is up").isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
  }
}
