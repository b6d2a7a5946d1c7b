package dev.brood.examples.building;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs the steps of a plan, each as soon as all that it needs is done. A failure ends nothing but
 * what needs it, so that one build tells all that is wrong.
 */
record Build(BuildPlan plan, StepRunner runner, BuildListener listener) {
  // snippet: schedule
  /** Returns when each step is done, or cannot be; an interrupt stops those that run. */
  SequencedMap<String, StepResult> run() throws InterruptedException {
    SequencedMap<String, Future<StepResult>> begun = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        for (String step : plan.steps().sequencedKeySet()) {
          Map<String, Future<StepResult>> needed = new LinkedHashMap<>();
          plan.needs().get(step).forEach(need -> needed.put(need, begun.get(need)));
          begun.put(step, threads.submit(() -> told(step, whenItMay(step, needed))));
        }
        return results(begun);
      } catch (InterruptedException e) {
        threads.shutdownNow(); // whoever waits for a child is interrupted, which stops the child
        throw e;
      }
    }
  }

  private StepResult whenItMay(String step, Map<String, Future<StepResult>> needed)
      throws InterruptedException {
    for (Map.Entry<String, Future<StepResult>> need : needed.entrySet()) {
      if (!result(need.getValue()).isDone()) {
        return new StepResult.NotRun(need.getKey());
      }
    }
    return runner.run(step);
  }

  // end

  private StepResult told(String step, StepResult result) {
    listener.ended(step, result);
    return result;
  }

  private static SequencedMap<String, StepResult> results(
      SequencedMap<String, Future<StepResult>> begun) throws InterruptedException {
    SequencedMap<String, StepResult> results = new LinkedHashMap<>();
    for (Map.Entry<String, Future<StepResult>> one : begun.entrySet()) {
      results.put(one.getKey(), result(one.getValue()));
    }
    return results;
  }

  private static StepResult result(Future<StepResult> step) throws InterruptedException {
    try {
      return step.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
