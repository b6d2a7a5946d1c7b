package dev.brood.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Commands joined output to input. An immutable value, like {@link Command}.
 *
 * <p>Between two commands lies a pipe of the kernel, which this JVM never touches; a {@link
 * Transform} between them runs here. Every stage has its own exit; a stage that is ended by SIGPIPE
 * because a later one has read enough is a success.
 */
public final class Pipeline {
  /** Whose failure fails the pipeline. */
  public enum Pipefail {
    /** Any stage's: the default, as with {@code set -o pipefail}. */
    ANY,
    /** Only the last stage's, as a shell does by itself. */
    LAST,
    /** Nobody's. */
    NONE
  }

  /** One stage. */
  sealed interface Stage {
    record Program(Command command) implements Stage {}

    record Inside(Transform transform) implements Stage {}
  }

  private final List<Stage> stages;
  private final Pipefail pipefail;
  private final @Nullable Duration deadline;

  private Pipeline(List<Stage> stages, Pipefail pipefail, @Nullable Duration deadline) {
    this.stages = List.copyOf(stages);
    this.pipefail = pipefail;
    this.deadline = deadline;
  }

  static Pipeline of(Command first) {
    return new Pipeline(List.of(new Stage.Program(first)), Pipefail.ANY, null);
  }

  /** One more command behind. */
  public Pipeline pipe(Command next) {
    return with(new Stage.Program(next));
  }

  /** One more transformation behind. */
  public Pipeline pipe(Transform next) {
    return with(new Stage.Inside(next));
  }

  /** Whose failure counts; {@link Pipefail#ANY} unless set. */
  public Pipeline pipefail(Pipefail whose) {
    return new Pipeline(stages, whose, deadline);
  }

  /** A deadline for every command that has none of its own; see {@link Command#deadline}. */
  public Pipeline deadline(Duration limit) {
    return new Pipeline(stages, pipefail, limit);
  }

  /**
   * Starts all stages. The last one's output is a pipe to read; standard errors are kept as tails
   * of 64 KiB unless set. If one cannot be started, those before it are ended.
   *
   * @throws SpawnException if a stage cannot be started
   */
  public RunningPipeline spawn() {
    return new PipelineLaunch(this, Launch.Defaults.SPAWN).start();
  }

  /**
   * Runs with our own streams at both ends and waits.
   *
   * @throws SpawnException if a stage cannot be started
   * @throws EndedException of the first stage whose failure counts
   */
  public PipelineResult run() throws InterruptedException {
    return new PipelineLaunch(this, Launch.Defaults.RUN).start().finish();
  }

  /** Runs, waits, and keeps the output of the last stage; throws as {@link #run}. */
  public PipelineResult capture() throws InterruptedException {
    return new PipelineLaunch(this, Launch.Defaults.CAPTURE).start().finish();
  }

  /** The output of the last stage without one final line end; throws as {@link #run}. */
  public String text() throws InterruptedException {
    return capture().stdout().trimmed();
  }

  /** The output of the last stage; throws as {@link #run}. */
  public byte[] bytes() throws InterruptedException {
    return capture().stdout().bytes();
  }

  /** The lines of the last stage's output; throws as {@link #run}. */
  public List<String> textLines() throws InterruptedException {
    return capture().stdout().lines();
  }

  /** The stages as a shell would take them; a transformation shows as {@code <transform>}. */
  public String commandLine() {
    return stages.stream()
        .map(stage ->
            switch (stage) {
              case Stage.Program(Command command) -> command.commandLine();
              case Stage.Inside inside -> "<transform>";
            })
        .collect(Collectors.joining(" | "));
  }

  @Override
  public String toString() {
    return commandLine();
  }

  List<Stage> stages() {
    return stages;
  }

  Pipefail whoseFailure() {
    return pipefail;
  }

  @Nullable Duration deadline() {
    return deadline;
  }

  private Pipeline with(Stage next) {
    if (next instanceof Stage.Program(Command command) && command.spec().stdin != null) {
      throw new IllegalArgumentException(
          "standard input of " + Quoting.shown(command.commandLine()) + " is the stage before it");
    }
    if (stages.getLast() instanceof Stage.Program(Command command)
        && !command.spec().stdout.isEmpty()) {
      throw new IllegalArgumentException(
          "standard output of " + Quoting.shown(command.commandLine()) + " is the stage behind it");
    }
    List<Stage> longer = new ArrayList<>(stages);
    longer.add(next);
    return new Pipeline(longer, pipefail, deadline);
  }
}
