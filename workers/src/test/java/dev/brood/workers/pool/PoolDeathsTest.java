package dev.brood.workers.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.testkit.Census;
import dev.brood.workers.channel.ChildJvm;
import dev.brood.workers.fork.Fork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Workers that go in the middle of a message, and pools that go without a word. */
@Timeout(120)
@ExtendWith(Census.Extension.class)
class PoolDeathsTest {
  private static final String LONG = "x".repeat(4 * 1024 * 1024);

  private static PoolSpec<String, Integer> pool(String script) {
    Fork worker = Fork.of(Command.of("sh", "-c", script)).command(Workers::quiet);
    return WorkerPool.<String, Integer>of(worker, Integer.class).size(1);
  }

  @Test
  void call_workerDiesInTheMiddleOfItsAnswer_failsAndTheNextIsAnswered(@TempDir Path directory)
      throws InterruptedException {
    String script =
        """
        while read -r line <&3; do
          id=${line#*'"id":'}
          id=${id%%[!0-9]*}
          printf '{"brood":"reply","id":%s,"bo' $id >&3
          [ -e MARK ] || { : >MARK; kill -9 $$; }
          echo 'dy":7}' >&3
        done
        """;
    Path mark = directory.resolve("mark");
    try (WorkerPool<String, Integer> pool = pool(script.replace("MARK", mark.toString())).open()) {
      assertThatThrownBy(() -> pool.call("first")).isInstanceOf(WorkerDiedException.class);
      assertThat(pool.call("second")).isEqualTo(7);
    }
  }

  @Test
  void call_workersDieWhileTheyReadIt_goesToOthersButNotForEver() {
    LinkedBlockingQueue<PoolEvent> events = new LinkedBlockingQueue<>();
    PoolSpec<String, Integer> spec = pool("head -c 1000 <&3 >/dev/null; kill -9 $$");
    try (WorkerPool<String, Integer> pool = spec.listener(events::add).open()) {
      assertThatThrownBy(() -> pool.call(LONG))
          .isInstanceOfSatisfying(
              WorkerDiedException.class, died -> assertThat(died.deaths()).isEqualTo(3));
    }
    assertThat(events).contains(new PoolEvent.CallPoisoned(LONG, 3));
  }

  @Test
  void pool_itsProgramIsKilled_leavesNothing(@TempDir Path directory) throws Exception {
    Path pids = directory.resolve("pids");
    List<Long> left = new ArrayList<>();
    try (Child program = ChildJvm.command(PoolProgram.class, pids.toString()).spawn()) {
      Workers.await(
          "all are up",
          () -> Files.exists(PoolProgram.up(pids)) && lines(pids).size() == PoolProgram.WORKERS);
      lines(pids)
          .forEach(line ->
              Pattern.compile(" ").splitAsStream(line).forEach(pid -> left.add(Long.valueOf(pid))));
      assertThat(left).hasSize(2 * PoolProgram.WORKERS).allMatch(PoolDeathsTest::isAlive);

      assertThat(ProcessHandle.of(program.pid()).orElseThrow().destroyForcibly()).isTrue();

      Workers.await("all are gone", () -> left.stream().noneMatch(PoolDeathsTest::isAlive));
      assertThat(program.await(Duration.ofSeconds(60))).isPresent();
    } finally {
      left.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }
  }

  @Test
  void pool_itsProgramEnds_stopsInItsOwnWay(@TempDir Path directory) throws Exception {
    Path log = directory.resolve("log");
    try (Child program = ChildJvm.command(OpenPoolProgram.class, log.toString()).spawn()) {
      assertThat(program.await(Duration.ofSeconds(60))).contains(new Exit.Exited(0));
    }
    assertThat(log).hasContent("told\n");
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).isPresent();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
