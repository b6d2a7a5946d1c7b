package dev.brood.daemon.foreground;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.brood.daemon.apps.AppException;
import dev.brood.daemon.apps.AppSupervisor;
import dev.brood.daemon.apps.Host;
import dev.brood.daemon.apps.InstancePlan;
import dev.brood.daemon.apps.Planner;
import dev.brood.daemon.config.BroodFile;
import dev.brood.daemon.foreground.LineOutput.Target;
import dev.brood.process.Line;
import dev.brood.process.Stdio;
import dev.brood.workers.supervise.RunningSupervisor;
import dev.brood.workers.supervise.SupervisionException;
import dev.brood.workers.supervise.SupervisorEvent;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * Keeps every instance of a file running under one supervisor, shows what they print behind their
 * names, and ends when none is left or one has failed for good. INT, TERM and HUP stop all, those
 * that others wait for last; a second INT or TERM kills.
 *
 * <p>{@link UpCore} decides, on the caller's thread; readers, signals and the supervisor only send
 * it what happens. That thread waits for nothing but the next of that. For one run.
 */
public final class Up {
  /** How long output may stay unread once every instance has ended. */
  private static final Duration UNREAD_LIMIT = Duration.ofSeconds(4);

  /** How often bars of progress are drawn again. */
  private static final long BAR_MILLIS = 200;

  /** How much may wait for a decision; more makes the supervisor's events wait. */
  private static final int MOST_WAITING = 10_000;

  /**
   * How {@code up} behaves.
   *
   * @param keepGoing one that fails for good does not stop the others
   * @param restarts whether anything is restarted at all
   * @param variant NAME of the {@code env_NAME} maps to put on top of {@code env}, if any
   * @param colourOut whether lines on stdout have colours
   * @param colourErr whether lines on stderr have colours
   * @param barColumns how wide bars of progress are; empty for lines instead of bars
   */
  public record Options(
      boolean keepGoing,
      boolean restarts,
      Optional<String> variant,
      boolean colourOut,
      boolean colourErr,
      OptionalInt barColumns) {}

  private final BroodFile file;
  private final Options options;
  private final LineOutput output;
  private final BlockingQueue<UpCore.Input> inputs = new LinkedBlockingQueue<>(MOST_WAITING);

  /** Prepares a run of all apps of a file that prints to these two streams. */
  public Up(BroodFile file, Options options, OutputStream out, OutputStream err) {
    this.file = file;
    this.options = options;
    this.output = new LineOutput(out, err, UNREAD_LIMIT, () -> send(new UpCore.Input.OutputGone()));
  }

  /**
   * Runs until every instance has ended for good.
   *
   * @return the exit code: that of the first failure for good, 0 if there was none, 128+n if a
   *     second signal n killed, 141 if nobody read the output
   * @throws InterruptedException if interrupted; every instance has been killed then
   */
  public int run() throws InterruptedException {
    try (output;
        TerminationSignals _ =
            TerminationSignals.listen(name -> send(new UpCore.Input.Signalled(name)))) {
      try {
        List<InstancePlan> plans = new Planner(Host.current(), options.variant()).plan(file);
        return run(plans, new Labels(plans.stream().map(InstancePlan::label).toList()));
      } catch (AppException e) {
        notice(new Labels(List.of()), "brood", String.valueOf(e.getMessage()));
        return ExitCodes.NOT_FOUND;
      }
    }
  }

  private int run(List<InstancePlan> plans, Labels labels) throws InterruptedException {
    Map<String, Integer> numbers = new HashMap<>();
    plans.forEach(plan -> numbers.put(plan.label(), numbers.size()));
    UpCore core = new UpCore(plans, options.keepGoing());
    ProgressBoard board = new ProgressBoard(plans);
    RunningSupervisor running =
        AppSupervisor.of(
                plans,
                options.restarts(),
                plan -> sinks(board, labels, plan.label(), numbers.getOrDefault(plan.label(), 0)),
                (plan, fork) -> board.listen(plan.label(), fork))
            .onEvent(event -> send(new UpCore.Input.Told(event)))
            .start();
    try {
      while (!core.isFinished()) {
        UpCore.Input input = board.isLive() ? inputs.poll(BAR_MILLIS, MILLISECONDS) : inputs.take();
        if (input instanceof UpCore.Input.Told(SupervisorEvent event)) {
          show(board, labels); // what a run has told last, before its end takes it away
          board.follow(event);
        }
        if (input != null) {
          handle(input, core, running, labels);
        }
        show(board, labels);
      }
    } finally {
      end(running);
    }
    notice(labels, "brood", core.summary().text());
    return core.summary().exitCode();
  }

  private void handle(UpCore.Input input, UpCore core, RunningSupervisor running, Labels labels) {
    for (UpCore.Effect effect : core.handle(input)) {
      switch (effect) {
        case UpCore.Effect.Notice(String label, String text) -> notice(labels, label, text);
        case UpCore.Effect.Rest(String label) -> start("brood-rest", () -> rest(running, label));
        case UpCore.Effect.Stop() -> start("brood-stop", running::stop);
        case UpCore.Effect.Kill() -> start("brood-kill", running::kill);
        case UpCore.Effect.Survey() ->
            handle(new UpCore.Input.Surveyed(running.children()), core, running, labels);
      }
    }
  }

  private void show(ProgressBoard board, Labels labels) {
    if (options.barColumns().isPresent()) {
      output.footer(board.bars(options.barColumns().getAsInt()));
    } else {
      board.news().forEach((label, text) -> notice(labels, label, text));
    }
  }

  private static void rest(RunningSupervisor running, String label) {
    try {
      running.terminateChild(label);
    } catch (SupervisionException _) {
      // All are being stopped, this one among them.
    }
  }

  private List<Stdio.Sink> sinks(ProgressBoard board, Labels labels, String label, int number) {
    Stdio.Sink lines = Stdio.lines(reader(labels, label, number));
    return board.tap(label).map(tap -> List.of(lines, tap)).orElse(List.of(lines));
  }

  /** Prints each line of one instance; waits while the output is full, and the instance with it. */
  private Consumer<Line> reader(Labels labels, String label, int number) {
    String out = labels.prefix(label, number, options.colourOut());
    String err = labels.prefix(label, number, options.colourErr());
    return line -> {
      boolean toOut = line.stream() == Line.Stream.STDOUT;
      try {
        output.line(toOut ? Target.OUT : Target.ERR, (toOut ? out : err) + line.text());
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    };
  }

  /** Ends what is left, and waits until the last words are printed, or nobody reads them. */
  private void end(RunningSupervisor running) {
    Thread kill = start("brood-end", running::kill);
    boolean interrupted = Thread.interrupted();
    try {
      if (!kill.join(UNREAD_LIMIT)) {
        output.abandon();
        kill.join();
      }
    } catch (InterruptedException _) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread start(String name, Runnable task) {
    return Thread.ofVirtual().name(name).start(task);
  }

  private void send(UpCore.Input input) {
    try {
      inputs.put(input);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void notice(Labels labels, String label, String text) {
    String prefix = labels.notice(label, options.colourErr());
    for (String line : text.split("\n")) {
      output.notice(prefix + line);
    }
  }
}
