package dev.brood.examples.jobs;

import dev.brood.examples.CommandLine;
import dev.brood.examples.CommandLine.UsageException;
import dev.brood.examples.FolderLock;
import dev.brood.examples.Screen;
import dev.brood.examples.SourceFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs long jobs, as many at a time as the machine bears, and brings each to its end: whatever
 * happens to it, to this program or to the machine, it goes on from where it last saved itself.
 */
public final class JobRunner {
  static final String USAGE =
      """
      usage: JobRunner [OPTION...] FILE
      Runs the jobs of a file until each is complete. What is complete is not run again.
        --most N           how many at the same time; unless set 4 for each processor, and never
                           more than the machine bears
        --silence SECONDS  how long one may be silent before that is told; after twice as long it
                           is stopped, and run again. 60 unless set
        --save SECONDS     how often one is asked to save itself; 60 unless set
        --into FOLDER      where checkpoints, completion files and logs are kept; .jobs beside
                           FILE unless set
        --help             this text
      Without any argument: runs some sample jobs, twice.

      The file: {"jobs": {"NAME": {"run": ["program", "argument", ...],
        "environment": {"NAME": "value"}, "attempts": 3, "memoryMegabytes": 500}}}
      A job has a channel, on which it tells its progress or that it lives. It saves itself to the
      file BROOD_CHECKPOINT and begins with what is there, may end with exit code 85 to be run
      again, and is complete when it has written the file BROOD_MARKER.
      Exit code: 0; 1 if a job failed; 2 if the command line or the file is wrong.
      """;

  private static final int JOBS_PER_PROCESSOR = 4;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** How jobs are run. */
  record Settings(int most, Duration silence, Duration save, Path store) {}

  private JobRunner() {}

  public static void main(String[] args) throws InterruptedException {
    System.exit(CommandLine.run(USAGE, args, args.length == 0 ? line -> sample() : JobRunner::run));
  }

  private static int run(CommandLine line) throws IOException, InterruptedException {
    if (line.rest().size() != 1) {
      throw new UsageException("which file?");
    }
    Path file = Path.of(line.rest().getFirst()).toAbsolutePath();
    if (!Files.isRegularFile(file)) {
      throw new UsageException("there is no file " + file);
    }
    int usual = JOBS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
    Settings settings =
        new Settings(
            line.number("--most", 1, usual),
            line.seconds("--silence", MINUTE),
            line.seconds("--save", MINUTE),
            line.value("--into").map(Path::of).orElse(file.resolveSibling(".jobs")));
    boolean failed =
        run(file, settings).values().stream().anyMatch(JobResult.Failed.class::isInstance);
    return failed ? CommandLine.FAILURE : CommandLine.SUCCESS;
  }

  private static int sample() throws IOException, InterruptedException {
    Path file = SourceFolder.find("examples/jobs").resolve("jobs.json");
    Settings settings = new Settings(4, Duration.ofMillis(1500), MINUTE, Path.of("work"));
    run(file, settings);
    System.out.println("once more:");
    run(file, settings);
    return CommandLine.SUCCESS;
  }

  // snippet: all
  /** Runs all jobs of a file, each on a thread of its own, and tells how they came out. */
  static SequencedMap<String, JobResult> run(Path file, Settings settings)
      throws IOException, InterruptedException {
    Map<String, Job> jobs = Job.read(file);
    SequencedMap<String, JobResult> results = new LinkedHashMap<>();
    try (FolderLock _ = FolderLock.take(settings.store());
        Screen screen = Screen.open();
        JobWatch watch =
            new JobWatch(screen, settings.most(), settings.silence(), settings.store());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, Future<JobResult>> begun = new LinkedHashMap<>();
      jobs.forEach((name, job) -> {
        JobRun run =
            new JobRun(name, job, file.getParent(), settings.store(), settings.save(), watch);
        begun.put(name, threads.submit(run::run));
      });
      for (Map.Entry<String, Future<JobResult>> one : begun.entrySet()) {
        results.put(one.getKey(), result(one.getValue(), threads));
      }
    }
    results.forEach((name, result) -> System.out.println(name + ": " + result.text()));
    return results;
  }

  // end

  private static JobResult result(Future<JobResult> job, ExecutorService threads)
      throws InterruptedException {
    try {
      return job.get();
    } catch (ExecutionException e) {
      return new JobResult.Failed(String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      threads.shutdownNow(); // whoever waits for a child is interrupted, which stops the child
      throw e;
    }
  }
}
