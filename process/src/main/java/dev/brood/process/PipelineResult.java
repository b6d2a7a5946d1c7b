package dev.brood.process;

import java.time.Duration;
import java.util.List;

/**
 * A pipeline that has ended. Immutable.
 *
 * @param stages the results of the commands, in order; transformations have none
 * @param stdout what the last stage wrote, if it was captured
 * @param duration from the first start to the last end
 */
public record PipelineResult(List<Result> stages, Output stdout, Duration duration) {
  /** The exits in order, like PIPESTATUS of bash. */
  public List<Exit> exits() {
    return stages.stream().map(Result::exit).toList();
  }
}
