package dev.brood.examples.building;

import dev.brood.process.Cause;
import dev.brood.process.Command;
import dev.brood.process.EndedException;
import dev.brood.process.Environment;
import dev.brood.process.Output;
import dev.brood.process.SpawnException;
import dev.brood.process.Stdio;
import dev.brood.workers.supervise.Backoff;
import dev.brood.workers.watch.ProgressPattern;
import dev.brood.workers.watch.ProgressTracker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Makes one step's outputs: from the cache, or by running it. Thread-safe.
 *
 * @param plan the build
 * @param cache where outputs are kept
 * @param fresh whether to run all, whatever is in the cache
 * @param places as many as may run at once
 * @param listener told what goes on
 */
record StepRunner(
    BuildPlan plan, ContentCache cache, boolean fresh, Semaphore places, BuildListener listener) {
  /** What a step sees of the environment; more would have to count for the cache. */
  static final List<String> PASSED_ON = List.of("PATH", "HOME", "TMPDIR", "LANG", "USER");

  private static final int LAST_BYTES = 4096;
  private static final int LAST_LINES = 10;
  private static final Backoff PAUSES =
      Backoff.exponential(Duration.ofMillis(200), Duration.ofSeconds(10)).jitter(0.2);

  // snippet: progress
  private static final ProgressPattern PROGRESS =
      ProgressPattern.of("(?<percent>\\d{1,3}) ?%|\\[(?<done>\\d+)/(?<total>\\d+)\\]");

  // end

  /** Makes the outputs; all that it needs is done. */
  StepResult run(String name) throws InterruptedException {
    Step step = plan.steps().get(name);
    try {
      // snippet: cached
      String key = cache.key(step, plan.filesReadBy(name));
      if (!fresh && cache.restore(key, step)) {
        return new StepResult.FromCache();
      }
      StepResult result = untilItWorks(name, step);
      if (result.isDone()) {
        cache.keep(key, step);
      }
      return result;
      // end
    } catch (NoSuchFileException e) {
      return new StepResult.Failed("there is no " + e.getFile(), List.of());
    } catch (IOException e) {
      return new StepResult.Failed(e.toString(), List.of());
    }
  }

  // snippet: retry
  private StepResult untilItWorks(String name, Step step) throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      StepResult result = once(name, step, attempt);
      if (!(result instanceof StepResult.Failed(String reason, List<String> lastLines))) {
        return result;
      }
      if (attempt == step.attempts()) {
        String often = attempt == 1 ? "" : ", %d times".formatted(attempt);
        return new StepResult.Failed(reason + often, lastLines);
      }
      Duration pause = PAUSES.delay(attempt, ThreadLocalRandom.current());
      listener.retried(name, attempt, reason, pause);
      Thread.sleep(pause);
    }
  }

  // end

  private StepResult once(String name, Step step, int attempt)
      throws IOException, InterruptedException {
    cache.clear(step);
    ProgressTracker progress = new ProgressTracker();
    Command command = command(step, log(name), progress);
    places.acquire();
    // snippet: run
    try {
      listener.started(name, progress);
      Duration took = command.run().duration();
      Optional<String> missing = missingOutput(step);
      return missing.isEmpty()
          ? new StepResult.Built(took, attempt)
          : new StepResult.Failed("it did not make " + missing.get(), List.of());
    } catch (EndedException e) { // a bad exit, or it took too long
      return new StepResult.Failed(reason(e), lastLines(e.result().stdout()));
    } catch (SpawnException e) {
      return new StepResult.Failed(e.getMessage(), List.of());
      // end
    } finally {
      places.release();
    }
  }

  // snippet: command
  private Command command(Step step, Path log, ProgressTracker progress) {
    return Command.of("sh", "-c", step.run())
        .directory(plan.folder())
        .environment(Environment.only(PASSED_ON.toArray(String[]::new)).with(step.environment()))
        .stdout(Stdio.file(log), Stdio.tail(LAST_BYTES), progress.tap(PROGRESS))
        .stderr(Stdio.toStdout())
        .deadline(step.limit());
  }

  // end

  private Path log(String name) throws IOException {
    Path logs = cache.store().resolveSibling("logs");
    Files.createDirectories(logs);
    return logs.resolve(name.replace('/', '_') + ".log");
  }

  private Optional<String> missingOutput(Step step) {
    return step.outputs().stream()
        .filter(output -> !Files.isRegularFile(plan.folder().resolve(output)))
        .findFirst();
  }

  private static String reason(EndedException e) {
    Cause cause = e.result().cause();
    return e.result().exit() + (cause == Cause.SELF ? "" : ", by " + cause);
  }

  private static List<String> lastLines(Output output) {
    List<String> lines = output.lines();
    return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
  }
}
