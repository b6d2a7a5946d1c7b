package dev.brood.workers.pool;

import dev.brood.process.Command;
import dev.brood.workers.fork.Fork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;

/**
 * A program with a pool, to be killed: its workers and what these start do not end by themselves.
 */
public final class PoolProgram {
  static final int WORKERS = 3;

  private static final String STUBBORN =
      """
      trap '' TERM HUP
      sleep 600 &
      echo "$$ $!" >>"$PIDS"
      while read -r line <&3; do
        id=${line#*'"id":'}
        echo '{"brood":"reply","id":'${id%%[!0-9]*}',"body":"on"}' >&3
      done
      sleep 600
      """;

  private PoolProgram() {}

  /**
   * Calls for ever. Each worker leaves its process ids in the file that is named; when all serve,
   * there is a file beside it, {@link #up}.
   */
  public static void main(String[] arguments) throws InterruptedException, IOException {
    Path pids = Path.of(arguments[0]);
    Command worker = Command.of("sh", "-c", STUBBORN).env("PIDS", pids.toString());
    try (WorkerPool<Integer, String> pool =
        WorkerPool.<Integer, String>of(Fork.of(worker), String.class)
            .size(WORKERS)
            .closeLimit(Duration.ZERO)
            .open()) {
      boolean told = false;
      while (true) {
        pool.inOrder(IntStream.range(0, 1000).boxed().toList()).forEach(answer -> {});
        if (!told && serving(pool) == WORKERS) {
          Files.createFile(up(pids));
          told = true;
        }
      }
    }
  }

  static Path up(Path pids) {
    return pids.resolveSibling("up");
  }

  private static long serving(WorkerPool<?, ?> pool) {
    return pool.workers().stream().filter(worker -> worker.phase() == Worker.Phase.SERVING).count();
  }
}
