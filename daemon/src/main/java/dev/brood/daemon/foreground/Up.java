package dev.brood.daemon.foreground;

import dev.brood.daemon.apps.AppException;
import dev.brood.daemon.apps.Host;
import dev.brood.daemon.apps.Instance;
import dev.brood.daemon.apps.InstancePlan;
import dev.brood.daemon.apps.Planner;
import dev.brood.daemon.config.BroodFile;
import dev.brood.daemon.foreground.LineOutput.Target;
import dev.brood.process.Line;
import dev.brood.process.ProcessException;
import dev.brood.process.Result;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts every instance in order, shows what they print behind their names, and ends when all have
 * ended. One that ends stops the others, unless told to keep going; INT, TERM and HUP stop all. A
 * stop goes in reverse order, app by app, each within its own grace; a second INT or TERM kills.
 *
 * <p>One thread decides (the caller of {@link #run}); readers, signals and the stop only send it
 * events. For one run.
 */
public final class Up {
  /** How long output may stay unread once every instance has ended. */
  private static final Duration UNREAD_LIMIT = Duration.ofSeconds(5);

  /**
   * How {@code up} behaves.
   *
   * @param keepGoing one that ends does not stop the others
   * @param variant NAME of the {@code env_NAME} maps to put on top of {@code env}, if any
   * @param colourOut whether lines on stdout have colours
   * @param colourErr whether lines on stderr have colours
   */
  public record Options(
      boolean keepGoing, Optional<String> variant, boolean colourOut, boolean colourErr) {}

  private sealed interface Event {
    /** It has ended and its output is shown. */
    record Ended(Running running, Result result) implements Event {}

    /** It cannot be followed any more; nobody knows how it ended. */
    record Lost(Running running, ProcessException reason) implements Event {}

    record Signalled(String name) implements Event {}

    /** Nobody reads what we print. */
    record OutputGone() implements Event {}

    /** Processes of an instance that a stop did not end. */
    record Survivors(String label, List<Long> pids) implements Event {}

    /** Every instance that was alive when the stop began has ended. */
    record AllStopped() implements Event {}
  }

  /** One started instance and its place in the order of starts. */
  private record Running(int number, Instance instance) {}

  private final BroodFile file;
  private final Options options;
  private final LineOutput output;
  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final List<Running> started = new ArrayList<>();
  private final Summary summary = new Summary();
  private Labels labels = new Labels(List.of());
  private int living;
  private boolean stopping;
  private @Nullable Long drainUntilNanos;

  /** Prepares a run of all apps of a file that prints to these two streams. */
  public Up(BroodFile file, Options options, OutputStream out, OutputStream err) {
    this.file = file;
    this.options = options;
    this.output = new LineOutput(out, err, UNREAD_LIMIT, () -> events.add(new Event.OutputGone()));
  }

  /**
   * Runs until every instance has ended.
   *
   * @return the exit code: that of the first failure, 0 if nothing failed by itself, 128+n if a
   *     second signal n killed, 141 if nobody read the output
   * @throws InterruptedException if interrupted; every instance has been killed then
   */
  public int run() throws InterruptedException {
    try (output;
        TerminationSignals _ =
            TerminationSignals.listen(name -> events.add(new Event.Signalled(name)))) {
      try {
        startAll(plan());
        while (living > 0) {
          next();
        }
        notice("brood", summary.text());
      } finally {
        closeAll();
      }
    }
    return summary.exitCode();
  }

  /** Nothing is started if one of the plans fails. */
  private List<InstancePlan> plan() throws InterruptedException {
    try {
      List<InstancePlan> plans = new Planner(Host.current(), options.variant()).plan(file);
      labels = new Labels(plans.stream().map(InstancePlan::label).toList());
      return plans;
    } catch (AppException e) {
      notice("brood", String.valueOf(e.getMessage()));
      summary.startFailed(e.app(), ExitCodes.NOT_FOUND);
      return List.of();
    }
  }

  private void startAll(List<InstancePlan> plans) throws InterruptedException {
    for (InstancePlan plan : plans) {
      for (Event event = events.poll(); event != null; event = events.poll()) {
        handle(event);
      }
      if (stopping) {
        return;
      }
      start(plan);
    }
  }

  private void start(InstancePlan plan) throws InterruptedException {
    try {
      Running running = new Running(started.size(), plan.start());
      started.add(running);
      living++;
      notice(plan.label(), "started, pid " + running.instance().child().pid());
      Thread.ofVirtual().name("brood-" + plan.label()).start(() -> show(running));
    } catch (ProcessException e) {
      notice(plan.label(), String.valueOf(e.getMessage()));
      summary.startFailed(plan.label(), ExitCodes.of(e));
      if (!options.keepGoing()) {
        stopAll("stopping the others");
      }
    }
  }

  /** Prints the lines of one instance until there are no more, then reports its end. */
  private void show(Running running) {
    Instance instance = running.instance();
    String label = instance.plan().label();
    String out = labels.prefix(label, running.number(), options.colourOut());
    String err = labels.prefix(label, running.number(), options.colourErr());
    try {
      for (Line line : instance.child().lines()) {
        boolean toOut = line.stream() == Line.Stream.STDOUT;
        output.line(toOut ? Target.OUT : Target.ERR, (toOut ? out : err) + line.text());
      }
      events.add(new Event.Ended(running, instance.child().result()));
    } catch (ProcessException e) {
      events.add(new Event.Lost(running, e));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void next() throws InterruptedException {
    Long until = drainUntilNanos;
    if (until == null) {
      handle(events.take());
      return;
    }
    Event event = events.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    if (event != null) {
      handle(event);
    } else {
      output.abandon();
      drainUntilNanos = null;
    }
  }

  private void handle(Event event) throws InterruptedException {
    switch (event) {
      case Event.Ended(Running running, Result result) -> ended(running.instance(), result);
      case Event.Lost(Running running, ProcessException reason) -> lost(running, reason);
      case Event.Survivors(String label, List<Long> pids) ->
          notice(label, "cannot be ended: pids " + pids);
      case Event.Signalled(String name) -> signalled(name);
      case Event.OutputGone() -> {
        summary.outputGone();
        stopAll("");
      }
      case Event.AllStopped() -> drainUntilNanos = System.nanoTime() + UNREAD_LIMIT.toNanos();
    }
  }

  private void ended(Instance instance, Result result) throws InterruptedException {
    living--;
    Ending ending = Ending.of(instance, result);
    summary.ended(instance.plan().label(), ending);
    notice(instance.plan().label(), ending.text());
    if (!options.keepGoing() && living > 0) {
      stopAll("stopping the others");
    }
  }

  private void lost(Running running, ProcessException reason) throws InterruptedException {
    String label = running.instance().plan().label();
    living--;
    notice(label, "lost: " + reason.getMessage());
    summary.startFailed(label, ExitCodes.FAILURE);
    Thread.ofVirtual().start(running.instance()::kill);
    stopAll("stopping the others");
  }

  private void signalled(String name) throws InterruptedException {
    if (!stopping) {
      stopAll("SIG" + name + ": stopping all" + (name.equals("INT") ? "; again kills" : ""));
    } else if (!name.equals("HUP")) {
      // A closing terminal may send HUP twice; only a person who insists, or kill(1), kills.
      notice("brood", "SIG" + name + " again: killing all");
      summary.killedBy(name);
      for (Running running : started) {
        Thread.ofVirtual().start(running.instance()::kill);
      }
    }
  }

  private void stopAll(String text) throws InterruptedException {
    if (stopping) {
      return;
    }
    stopping = true;
    if (!text.isEmpty() && living > 0) {
      notice("brood", text);
    }
    List<List<Running>> apps = byApp().reversed();
    Thread.ofVirtual().name("brood-stop").start(() -> stopInTurn(apps));
  }

  /** The started instances, those of one app together, in the order of their starts. */
  private List<List<Running>> byApp() {
    List<List<Running>> apps = new ArrayList<>();
    for (Running running : started) {
      boolean same =
          !apps.isEmpty()
              && apps.getLast()
                  .getFirst()
                  .instance()
                  .plan()
                  .app()
                  .equals(running.instance().plan().app());
      if (!same) {
        apps.add(new ArrayList<>());
      }
      apps.getLast().add(running);
    }
    return apps;
  }

  private void stopInTurn(List<List<Running>> apps) {
    for (List<Running> app : apps) {
      List<Thread> stops = new ArrayList<>();
      for (Running running : app) {
        stops.add(Thread.ofVirtual().start(() -> stop(running.instance())));
      }
      for (Thread stop : stops) {
        joined(stop);
      }
    }
    events.add(new Event.AllStopped());
  }

  private void stop(Instance instance) {
    List<Long> survivors = instance.stop().survivors();
    if (!survivors.isEmpty()) {
      events.add(new Event.Survivors(instance.plan().label(), survivors));
    }
  }

  private static void joined(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes every instance, which ends what is left of it and of its tree. */
  private void closeAll() {
    for (Running running : started) {
      running.instance().close();
    }
  }

  private void notice(String label, String text) throws InterruptedException {
    String prefix = labels.notice(label, options.colourErr());
    for (String line : text.split("\n")) {
      output.line(Target.ERR, prefix + line);
    }
  }
}
