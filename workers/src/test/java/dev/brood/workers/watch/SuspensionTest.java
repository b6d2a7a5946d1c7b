package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.process.internal.linux.ProcStat;
import dev.brood.process.observe.ProcessTable;
import dev.brood.workers.watch.Suspension.Means;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole trees that stand still, and go on. */
@Timeout(150)
class SuspensionTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Two loops that count in files, one of them two generations down. */
  private static final String COUNTING =
      """
      count() { n=0; while :; do n=$((n+1)); echo $n > "$1.new"; mv "$1.new" "$1"; done; }
      (count one & wait) &
      count two
      """;

  @Test
  void tree_suspendedBySignals_standsStillAndGoesOn(@TempDir Path folder) throws Exception {
    Command command = Command.of("sh", "-c", COUNTING).directory(folder);
    standsStillAndGoesOn(command, folder, Means.SIGNALS);
  }

  @Test
  void tree_ofAContainedChild_isFrozenByTheKernel(@TempDir Path folder) throws Exception {
    Command command = Command.of("sh", "-c", COUNTING).directory(folder).contained();
    try (Child probe = Command.of("sleep", "60").contained().spawn()) {
      await("its shell has moved it", () -> comm(probe).equals("sleep"));
      Assumptions.assumeTrue(Freezer.of(probe.pid()).isPresent(), "control groups can be made");
    }
    standsStillAndGoesOn(command, folder, Means.FREEZER);
  }

  private static void standsStillAndGoesOn(Command command, Path folder, Means means)
      throws Exception {
    try (Child child = command.spawn()) {
      await("both count", () -> count(folder, "one") > 0 && count(folder, "two") > 0);
      Suspension suspension = Suspension.of(child, LIMIT);
      assertThat(suspension.isComplete()).isTrue();
      assertThat(suspension.means()).isEqualTo(means);
      TreeActivity before = activity(child);
      long one = count(folder, "one");
      long two = count(folder, "two");
      LockSupport.parkNanos(300_000_000);
      assertThat(activity(child)).isEqualTo(before);
      assertThat(count(folder, "one")).isEqualTo(one);

      suspension.resume();
      suspension.close();
      await(
          "both count on", () -> count(folder, "one") > one + 1 && count(folder, "two") > two + 1);
      child.kill();
    }
  }

  @Test
  void process_thatWaitsInVforkForAStoppedChild_isTakenForStopped(@TempDir Path folder)
      throws Exception {
    var unused = Command.of("mkfifo", "fifo").directory(folder).capture();
    // posix_spawn(3) holds its caller in vfork(2) until the child has opened the pipe.
    String spawn =
        """
        import os
        read = (os.POSIX_SPAWN_OPEN, 0, "fifo", os.O_RDONLY, 0)
        quiet = (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)
        os.posix_spawnp("cat", ["cat"], os.environ, file_actions=[read, quiet])
        print("spawned", flush=True)
        """;
    try (Child child = Command.of("python3", "-c", spawn).directory(folder).spawn()) {
      await("it waits in vfork", () -> state(child.pid()) == 'D');

      try (Suspension suspension = Suspension.of(child, Duration.ofSeconds(20))) {
        assertThat(suspension.isComplete()).isTrue();
      }

      Files.writeString(folder.resolve("fifo"), "go on");
      assertThat(child.stdout().readLine()).isEqualTo("spawned");
      child.kill();
    }
  }

  @Test
  void process_thatWasStoppedBefore_staysStopped() throws Exception {
    try (Child child = Command.of("sh", "-c", "sleep 61 & echo $!; wait").spawn()) {
      long grandchild = Long.parseLong(String.valueOf(child.stdout().readLine()));
      signal(grandchild, Signal.STOP);
      await("it has stopped", () -> state(grandchild) == 'T');
      try (Suspension suspension = Suspension.of(child, LIMIT)) {
        assertThat(suspension.isComplete()).isTrue();
      }
      await("the child goes on", () -> state(child.pid()) == 'S');
      assertThat(state(grandchild)).isEqualTo('T');
    }
  }

  @Test
  void child_thatHasEnded_isNoCompleteSuspension() throws Exception {
    try (Child child = Command.of("true").spawn()) {
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
      try (Suspension suspension = Suspension.of(child, LIMIT)) {
        assertThat(suspension.isComplete()).isFalse();
      }
    }
  }

  @Test
  void suspendedChild_whenClosed_isEndedAllTheSame() throws Exception {
    try (Child child = Command.of("sh", "-c", "sleep 61 & wait").spawn()) {
      Suspension unused = Suspension.of(child, LIMIT);
      assertThat(child.stop(Duration.ofSeconds(20)).survivors()).isEmpty();
    }
  }

  private static TreeActivity activity(Child child) {
    List<ProcessTable.Entry> tree = ProcessTable.read().tree(child.pid());
    assertThat(tree).hasSizeGreaterThanOrEqualTo(3);
    return TreeActivity.of(tree);
  }

  private static long count(Path folder, String name) {
    try {
      return Long.parseLong(Files.readString(folder.resolve(name)).strip());
    } catch (java.io.IOException e) {
      return 0;
    }
  }

  private static char state(long pid) {
    ProcStat stat = ProcStat.read(pid);
    return stat == null ? 'X' : stat.state();
  }

  private static String comm(Child child) {
    ProcStat stat = ProcStat.read(child.pid());
    return stat == null ? "" : stat.comm();
  }

  private static void signal(long pid, Signal signal) throws InterruptedException {
    var unused = Command.of("kill", "-" + signal.number(), String.valueOf(pid)).capture();
  }

  private static void await(String what, BooleanSupplier fact) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("in time: " + what).isNegative();
      LockSupport.parkNanos(2_000_000);
    }
  }
}
