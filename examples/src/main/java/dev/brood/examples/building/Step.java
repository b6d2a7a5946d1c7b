package dev.brood.examples.building;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One step of a build, as the build file has it. Immutable.
 *
 * @param run a line for {@code sh}
 * @param inputs files and folders that it reads
 * @param outputs files that it makes; each is made by one step only
 * @param needs steps that have to be done before, besides those that make its inputs
 * @param environment variables that it gets, besides {@link StepRunner#PASSED_ON}
 * @param attempts how often it is tried
 * @param limitSeconds how long one try may take
 */
record Step(
    String run,
    List<String> inputs,
    List<String> outputs,
    List<String> needs,
    Map<String, String> environment,
    int attempts,
    double limitSeconds) {
  private static final int USUAL_LIMIT_SECONDS = 600;

  /** What is not in the file becomes what is usual. */
  Step {
    inputs = inputs == null ? List.of() : List.copyOf(inputs);
    outputs = outputs == null ? List.of() : List.copyOf(outputs);
    needs = needs == null ? List.of() : List.copyOf(needs);
    environment = environment == null ? Map.of() : Map.copyOf(environment);
    attempts = attempts == 0 ? 1 : attempts;
    limitSeconds = limitSeconds == 0 ? USUAL_LIMIT_SECONDS : limitSeconds;
  }

  Duration limit() {
    return Duration.ofMillis(Math.round(limitSeconds * 1000));
  }

  /** What is wrong with it, if anything is. */
  Optional<String> objection() {
    if (run == null || run.isBlank()) {
      return Optional.of("has nothing to run");
    }
    if (attempts < 1 || limitSeconds < 0.1) {
      return Optional.of("is tried once or more, for 0.1 seconds or more");
    }
    return outputs.stream()
        .filter(output -> output.startsWith("/") || output.contains(".."))
        .findFirst()
        .map(output -> "makes " + output + ", which is outside the folder of the build");
  }
}
