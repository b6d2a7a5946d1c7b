package dev.brood.daemon.foreground;

import dev.brood.process.Cause;
import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Group;
import dev.brood.process.ProcessException;
import dev.brood.process.Result;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs one program in the foreground, on the terminal's own stdio and in its foreground group.
 *
 * <p>Ctrl-C: the terminal sends INT to the whole group, so the program has it already; we only wait
 * for what the program makes of it. If we are not in the terminal's foreground group, an INT is
 * passed on once. TERM and HUP stop the program's tree within its grace.
 */
public final class RunProgram {
  private static final int STDOUT = 1;
  private static final int STDERR = 2;

  private final RunRequest request;
  private final OutputStream out;
  private final OutputStream err;
  private final PassedOutput.Budget budget;
  private final CompletableFuture<Child> started = new CompletableFuture<>();

  /**
   * Prepares a run.
   *
   * @param out our stdout, for an output that has to pass through us
   * @param err our stderr, likewise
   */
  public RunProgram(RunRequest request, OutputStream out, OutputStream err) {
    this.request = request;
    this.out = out;
    this.err = err;
    long most = request.maxOutput() > 0 ? request.maxOutput() : Long.MAX_VALUE;
    this.budget = new PassedOutput.Budget(most, () -> whenStarted(Child::stop));
  }

  /**
   * Starts the program and waits for its end and its output.
   *
   * @return how it ended, or why it could not be started
   * @throws InterruptedException if interrupted; the program has been stopped then
   */
  public RunReport run() throws InterruptedException {
    try (ProgressLine progress = progressLine();
        TerminationSignals _ = TerminationSignals.listen(this::signalled);
        Child child = withStdio(request.command(), progress).spawn()) {
      started.complete(child);
      Result result = child.result();
      Cause cause = budget.exceeded() ? Cause.OUTPUT_LIMIT : result.cause();
      return RunReport.of(result, cause, request);
    } catch (ProcessException e) {
      return RunReport.of(e, request);
    }
  }

  /** Runs on a thread of the JVM; a signal that comes before the start waits for the child. */
  private void signalled(String name) {
    boolean fromTerminal = name.equals("INT") && Terminal.isForeground();
    whenStarted(child -> answer(child, name, fromTerminal));
  }

  private void answer(Child child, String name, boolean fromTerminal) {
    if (!name.equals("INT")) {
      child.stop();
      return;
    }
    if (!fromTerminal) {
      child.signal(Signal.INT);
    }
    Optional<Duration> grace = request.grace();
    if (grace.isPresent()) {
      child
          .onExit()
          .orTimeout(grace.get().toNanos(), TimeUnit.NANOSECONDS)
          .exceptionally(late -> {
            child.stop(Duration.ZERO);
            return null;
          });
    }
  }

  private void whenStarted(Consumer<Child> action) {
    started.thenAccept(child -> Thread.ofVirtual().start(() -> action.accept(child)));
  }

  private @Nullable ProgressLine progressLine() {
    String program = request.argv().getFirst();
    String name = program.substring(program.lastIndexOf('/') + 1);
    return request
        .progress()
        .map(regex ->
            new ProgressLine(name, regex, err, Terminal.barColumns(STDERR, System.getenv())))
        .orElse(null);
  }

  private Command withStdio(Command command, @Nullable ProgressLine progress) {
    Command base = command.group(Group.SHARED).stdin(Stdio.inherit());
    if (!request.observed()) {
      return base.stdout(Stdio.inherit()).stderr(Stdio.inherit());
    }
    if (progress == null) {
      return base.stdout(passed(out)).stderr(passed(err));
    }
    // A file or a pipe needs no room on the screen, and its reader must hold up nothing there.
    OutputStream aside = Terminal.isTerminal(STDOUT) ? progress.above(out) : out;
    return base.stdout(passed(aside), progress.tap())
        .stderr(passed(progress.above(err)), progress.tap());
  }

  private Stdio.Sink passed(OutputStream output) {
    return Stdio.stream(new PassedOutput(output, budget));
  }
}
