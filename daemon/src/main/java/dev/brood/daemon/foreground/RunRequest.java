package dev.brood.daemon.foreground;

import dev.brood.process.Command;
import dev.brood.process.Environment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code brood run} is asked to do.
 *
 * @param argv the program and its arguments; at least the program
 * @param directory where it runs; empty: here
 * @param variables set on top of what it inherits
 * @param onlyVariables the names it inherits; empty: all
 * @param timeout how long it may run
 * @param idle how long it may print nothing
 * @param grace how long a stop waits before SIGKILL, and then also how long it may go on after
 *     Ctrl-C; empty: 5 s, and as long as it likes
 * @param maxOutput how many bytes it may print; 0: any number
 * @param progress by which regular expression progress is found in its output, see {@link
 *     dev.brood.workers.watch.ProgressPattern}, none for a number before a per cent sign; empty: it
 *     is not looked for
 * @param json whether the report has a JSON object
 */
public record RunRequest(
    List<String> argv,
    Optional<Path> directory,
    Map<String, String> variables,
    Optional<List<String>> onlyVariables,
    Optional<Duration> timeout,
    Optional<Duration> idle,
    Optional<Duration> grace,
    long maxOutput,
    Optional<String> progress,
    boolean json) {

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if progress is no expression, or has no group that says it
   */
  public RunRequest {
    progress = progress.map(ProgressLine::checked);
    argv = List.copyOf(argv);
    variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    onlyVariables = onlyVariables.map(List::copyOf);
  }

  /** Whether the output has to pass through us; it is a pipe for the program then. */
  boolean observed() {
    return idle.isPresent() || maxOutput > 0 || progress.isPresent();
  }

  /** The command with everything but stdio and group. */
  Command command() {
    Environment environment =
        onlyVariables
            .map(names -> Environment.only(names.toArray(String[]::new)))
            .orElseGet(Environment::inherit)
            .with(variables);
    Command command = Command.of(argv).unchecked().environment(environment);
    if (directory.isPresent()) {
      command = command.directory(directory.get());
    }
    if (timeout.isPresent()) {
      command = command.deadline(timeout.get());
    }
    if (idle.isPresent()) {
      command = command.idleLimit(idle.get());
    }
    return grace.isPresent() ? command.grace(grace.get()) : command;
  }
}
