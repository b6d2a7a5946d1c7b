package dev.brood.examples.building;

import dev.brood.examples.CommandLine;
import dev.brood.examples.CommandLine.UsageException;
import dev.brood.examples.FolderLock;
import dev.brood.examples.Screen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Semaphore;

/**
 * A build tool: runs the steps of a build file at the same time, as far as they do not need each
 * other, and those not at all whose inputs are what they were before.
 */
public final class BuildTool {
  static final String USAGE =
      """
      usage: BuildTool [OPTION...] FILE [STEP...]
      Makes the outputs of the steps of a build file, or of those named and what they need.
        --jobs N     how many run at the same time; unless set as many as there are processors
        --fresh      run all, whatever is in the cache
        --help       this text
      Without any argument: builds a sample some times over.

      The file: {"steps": {"NAME": {"run": "line for sh", "inputs": ["file or folder", ...],
        "outputs": ["file", ...], "needs": ["step", ...], "environment": {"NAME": "value"},
        "attempts": 1, "limitSeconds": 600}}}
      Steps run in the folder of the file, where .build has their logs and the cache.
      Exit code: 0; 1 if a step failed; 2 if the command line or the file is wrong.
      """;

  private BuildTool() {}

  public static void main(String[] args) throws InterruptedException {
    System.exit(
        CommandLine.run(
            USAGE, args, args.length == 0 ? line -> BuildSample.show() : BuildTool::build));
  }

  private static int build(CommandLine line) throws IOException, InterruptedException {
    int jobs = line.number("--jobs", 1, Runtime.getRuntime().availableProcessors());
    if (line.rest().isEmpty()) {
      throw new UsageException("which file?");
    }
    Path file = Path.of(line.rest().getFirst());
    if (!Files.isRegularFile(file)) {
      throw new UsageException("there is no file " + file);
    }
    Collection<String> steps = line.rest().subList(1, line.rest().size());
    return build(file, steps, jobs, line.has("--fresh"))
        ? CommandLine.SUCCESS
        : CommandLine.FAILURE;
  }

  /**
   * Builds, and tells how it came out.
   *
   * @return whether all is made
   */
  static boolean build(Path file, Collection<String> steps, int jobs, boolean fresh)
      throws IOException, InterruptedException {
    BuildPlan plan = BuildPlan.read(file, steps);
    SequencedMap<String, StepResult> results = results(plan, jobs, fresh);
    summary(results).forEach(System.out::println);
    return results.values().stream().allMatch(StepResult::isDone);
  }

  /** Builds; more than {@code jobs} never run at the same time. */
  static SequencedMap<String, StepResult> results(BuildPlan plan, int jobs, boolean fresh)
      throws IOException, InterruptedException {
    Path store = plan.folder().resolve(".build");
    try (FolderLock _ = FolderLock.take(store);
        Screen screen = Screen.open()) {
      ContentCache cache = new ContentCache(plan.folder(), store.resolve("cache"));
      BuildScreen shown = new BuildScreen(screen, plan.steps().size());
      StepRunner runner = new StepRunner(plan, cache, fresh, new Semaphore(jobs), shown);
      SequencedMap<String, StepResult> results = new Build(plan, runner, shown).run();
      cache.prune();
      return results;
    }
  }

  // snippet: summary
  /** All that went wrong, each with what it had to say, and a line that counts. */
  private static List<String> summary(SequencedMap<String, StepResult> results) {
    List<String> lines = new ArrayList<>();
    int built = 0;
    int cached = 0;
    int failed = 0;
    int notRun = 0;
    for (Map.Entry<String, StepResult> one : results.entrySet()) {
      switch (one.getValue()) {
        case StepResult.Built _ -> built++;
        case StepResult.FromCache _ -> cached++;
        case StepResult.NotRun _ -> notRun++;
        case StepResult.Failed(String reason, List<String> lastLines) -> {
          failed++;
          lines.add(one.getKey() + " failed: " + reason);
          lastLines.forEach(line -> lines.add("  | " + line));
        }
      }
    }
    lines.add(
        "%d steps: %d built, %d from the cache, %d failed, %d not run"
            .formatted(results.size(), built, cached, failed, notRun));
    return lines;
  }
  // end
}
