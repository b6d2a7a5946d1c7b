package dev.brood.examples;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import dev.brood.workers.pool.WorkerPool;
import dev.brood.workers.watch.Checkpoints;
import dev.brood.workers.watch.RunningCheckpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Workers of a pool, and a job that saves itself, in Python, Node and shell. */
final class OtherWorkers {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  // snippet: python
  private static final String PYTHON =
      """
      import brood

      def double(number):
          return 2 * number  # what it raises, the caller is told

      brood.serve(double)
      """;

  // end

  // snippet: asyncio
  private static final String ASYNCIO =
      """
      import asyncio
      import brood

      async def double(number):
          await asyncio.sleep(0.01)  # cancelled when nobody wants the answer any more
          return 2 * number

      asyncio.run(brood.aio.serve(double, concurrency=8))
      """;

  // end

  // snippet: node
  private static final String NODE =
      """
      const { serve } = require('./brood');
      serve(async (number, { signal }) => 2 * number); // aborted when nobody wants it any more
      """;

  // end

  // snippet: shell
  private static final String SHELL =
      """
      . ./brood.sh
      brood_open || exit
      double() {
        number=${1#*'"body":'}
        echo $((2 * ${number%\\}}))
      }
      brood_serve double
      """;

  // end

  // snippet: job
  private static final String JOB =
      """
      import sys
      import threading
      import brood

      saved = brood.Checkpoint.from_environment()
      done = int(saved.load() or 0)
      asked = threading.Event()
      with brood.connect() as channel:
          channel.on_checkpoint(asked.set).on_health_check()
          while done < 10:
              done += 1  # ... a tenth of the work ...
              channel.progress(done * 10, "load")
              if asked.is_set() or done == 5:
                  asked.clear()
                  saved.save(b"%d" % done)
                  channel.saved()
              if done == 5:
                  sys.exit(brood.RUN_AGAIN)
      """;

  // end

  private OtherWorkers() {}

  public static void main(String[] args) throws Exception {
    Path sdk = SourceFolder.find("sdk");
    Files.copy(sdk.resolve("python/brood.py"), Path.of("brood.py"), REPLACE_EXISTING);
    Files.copy(sdk.resolve("node/index.cjs"), Path.of("brood.js"), REPLACE_EXISTING);
    Files.copy(sdk.resolve("sh/brood.sh"), Path.of("brood.sh"), REPLACE_EXISTING);
    Files.writeString(Path.of("worker.py"), PYTHON);
    Files.writeString(Path.of("later.py"), ASYNCIO);
    Files.writeString(Path.of("worker.js"), NODE);
    Files.writeString(Path.of("worker.sh"), SHELL);
    Files.writeString(Path.of("job.py"), JOB);
    call(Fork.python("worker.py"), 1);
    call(Fork.python("later.py"), 8);
    call(Fork.node("worker.js"), 1);
    call(Fork.of(Command.of("sh", "worker.sh")), 1);
    job();
  }

  // snippet: pool
  private static void call(Fork worker, int callsPerWorker) throws InterruptedException {
    try (WorkerPool<Integer, Integer> pool =
        WorkerPool.<Integer, Integer>of(worker, Integer.class)
            .size(1)
            .callsPerWorker(callsPerWorker)
            .awaitReady(LIMIT)
            .open()) {
      System.out.println(worker + ": " + pool.call(21)); // 42
    }
  }

  // end

  // snippet: runs
  private static void job() throws IOException, InterruptedException {
    Checkpoints checkpoints = Checkpoints.in(Path.of("saved"));
    Fork fork = Fork.python("job.py").command(checkpoints::giveTo);
    Exit exit;
    do {
      checkpoints.prepare();
      try (ForkedChild child = fork.spawn();
          RunningCheckpoints kept =
              checkpoints.watch("job", child.child(), child.channel(), event -> {})) {
        exit = child.await();
        System.out.println(exit + ", checkpoints: " + kept.finish());
      }
    } while (checkpoints.asksForMore(exit));
  }
  // end
}
