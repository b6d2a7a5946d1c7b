package dev.brood.workers.supervise;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.ProcessException;
import dev.brood.process.StopReport;
import dev.brood.process.Usage;
import dev.brood.workers.channel.WorkersException;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run of a child that is a process: a virtual thread that starts it and waits for its end, one
 * that probes it if there is anything to probe, and one while it is stopped.
 */
final class ProcessRun implements Run {
  /** How long a dead child's last words, which are in its pipes and its channel, are waited for. */
  private static final long LAST_WORDS_MILLIS = 100;

  /** The same for the output of one that died by itself: it tells why, and belongs to the death. */
  private static final long LAST_LINES_MILLIS = 2_000;

  /** How long whoever gets the lines of a dead child may take for those that are still unread. */
  private static final long LAST_OUTPUT_MILLIS = 30_000;

  /** How long messages that a dead child has sent may take to arrive. */
  private static final long LAST_MESSAGES_MILLIS = 250;

  /** How long a probe that is broken off may take to notice. */
  private static final Duration LAST_PROBE_LIMIT = Duration.ofSeconds(5);

  private static final System.Logger LOGGER = System.getLogger("dev.brood.workers");

  private final String path;
  private final Effect.Start start;
  private final Consumer<Input> inbox;
  private final Set<Run> going;
  private final LastLines lastLines = new LastLines();
  private final long begunNanos = System.nanoTime();
  private final CompletableFuture<Optional<Supervised>> process = new CompletableFuture<>();
  private final CompletableFuture<List<Long>> stuck = new CompletableFuture<>();
  private final Thread thread;
  private volatile boolean asked;
  private boolean over;

  private ProcessRun(String path, Effect.Start start, Consumer<Input> inbox, Set<Run> going) {
    this.path = path;
    this.start = start;
    this.inbox = inbox;
    this.going = going;
    this.thread = Thread.ofVirtual().name("brood-" + path).unstarted(this::live);
  }

  /**
   * Starts it; the start itself is made on a thread of its own.
   *
   * @param path its name behind the supervisors above
   * @param inbox of the supervisor
   * @param going the runs that are not gone: it is in there from now on until it is
   */
  static ProcessRun start(String path, Effect.Start start, Consumer<Input> inbox, Set<Run> going) {
    ProcessRun run = new ProcessRun(path, start, inbox, going);
    going.add(run);
    run.thread.start();
    return run;
  }

  /** The process, once it is started. */
  Optional<Supervised> process() {
    return process.getNow(Optional.empty());
  }

  @Override
  public void stop(Shutdown how) {
    asked = true;
    Thread.ofVirtual()
        .name("brood-stop-" + path)
        .start(() -> process.join().ifPresent(running -> stop(running, how)));
  }

  @Override
  public void awaitGone(Duration limit) {
    try {
      if (!thread.join(limit)) {
        LOGGER.log(Level.WARNING, "{0} is not gone after {1}", path, limit);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop(Supervised running, Shutdown how) {
    List<Long> survivors;
    try {
      StopReport report =
          switch (how) {
            case Shutdown.Within(Duration grace) -> running.stop(grace);
            case Shutdown.Kill() -> running.child().kill();
          };
      survivors = report.survivors();
    } catch (RuntimeException | Error e) {
      LOGGER.log(Level.ERROR, path + ": its stop has failed", e);
      survivors = List.of(running.child().pid());
    }
    if (!survivors.isEmpty()) {
      LOGGER.log(Level.WARNING, "{0}: cannot be ended: pids {1}", path, survivors);
      stuck.complete(survivors);
    }
  }

  private void live() {
    try {
      Launched launched = tryLaunch();
      if (launched != null) {
        process.complete(Optional.of(launched.running));
        try (launched.probes) {
          live(launched);
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody has this thread to interrupt it", e);
    } finally {
      going.remove(this);
    }
  }

  private @Nullable Launched tryLaunch() {
    try {
      return launch();
    } catch (ProcessException
        | WorkersException
        | IllegalArgumentException
        | IllegalStateException e) {
      notStarted(String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      LOGGER.log(Level.ERROR, path + ": its start has failed in an unknown way", e);
      notStarted(e.toString());
    }
    return null;
  }

  private void notStarted(String reason) {
    process.complete(Optional.empty());
    tell(ended(0, new Ending.NotStarted(reason), lifetime(), Optional.empty()));
  }

  /** What a start has made. */
  private record Launched(Supervised running, Probes probes) {}

  private Launched launch() {
    ChildSpec spec = start.spec();
    Probes[] made = new Probes[1];
    boolean started = false;
    try {
      Supervised running =
          switch (spec.program()) {
            case Program.OfCommand(Command command) ->
                new Supervised.Plain(prepared(command, made).spawn());
            case Program.OfFork(Fork fork) ->
                new Supervised.Forked(fork.command(command -> prepared(command, made)).spawn());
            case Program.OfSupervisor _ -> throw new AssertionError("a supervisor is no process");
          };
      started = true;
      return new Launched(running, made[0]);
    } finally {
      if (!started && made[0] != null) {
        made[0].close();
      }
    }
  }

  private Command prepared(Command command, Probes[] made) {
    ChildSpec spec = start.spec();
    made[0] =
        Probes.prepare(
            lastLines.connect(command, spec.isTapped()),
            spec.readiness(),
            spec.health(),
            notification -> tell(new Input.Said(start.child(), start.run(), notification)));
    return made[0].command();
  }

  private void live(Launched launched) throws InterruptedException {
    Supervised running = launched.running;
    Child child = running.child();
    tell(new Input.Started(start.child(), start.run(), child.pid()));
    Thread prober = beginToProbe(launched);
    tell(awaitDeath(running));
    if (prober != null) {
      prober.interrupt();
      boolean unused = prober.join(LAST_PROBE_LIMIT);
    }
    if (running instanceof Supervised.Forked(ForkedChild fork)) {
      await(fork.channel().onDisconnect(), LAST_MESSAGES_MILLIS);
    }
    await(child.onOutputDone(), LAST_OUTPUT_MILLIS);
    running.close();
  }

  /** Waits until the child and what it has left are gone, or cannot be ended. */
  private Input.Ended awaitDeath(Supervised running) throws InterruptedException {
    Child child = running.child();
    try {
      Ending ending = awaitEnd(child);
      Duration lifetime = lifetime();
      Ending told = ending instanceof Ending.Survived ? ending : cleared(running, ending);
      awaitLastWords(running);
      return ended(child.pid(), told, lifetime, child.usage());
    } catch (RuntimeException | Error e) { // with no end told it would never be started again
      LOGGER.log(Level.ERROR, path + ": nobody knows whether it has ended", e);
      Ending ending = new Ending.Survived(List.of(child.pid()));
      return ended(child.pid(), ending, lifetime(), Optional.empty());
    }
  }

  /** A child that is ready by its start needs no thread for that, and is so before it can end. */
  private @Nullable Thread beginToProbe(Launched launched) {
    if (launched.running instanceof Supervised.Plain
        && start.spec().readiness().sign() instanceof ReadySign.Started) {
      ready(launched);
      return null;
    }
    return Thread.ofVirtual().name("brood-probe-" + path).start(() -> probe(launched));
  }

  /** Waits until the child is ready, and has its health watched from then on. */
  private void probe(Launched launched) {
    Supervised running = launched.running;
    if (running instanceof Supervised.Forked(ForkedChild fork)) {
      introduce(fork);
    }
    try {
      switch (launched.probes.awaitReady(running.probed())) {
        case ReadinessResult.Ready() -> ready(launched);
        case ReadinessResult.NotReady(String reason) ->
            tell(new Input.NotReady(start.child(), start.run(), reason));
        case ReadinessResult.Ended() -> {} // which is told when it is cleared away
      }
    } catch (InterruptedException e) {
      // The child has ended.
    } catch (RuntimeException | Error e) { // with nothing told it would be waited for for ever
      LOGGER.log(Level.ERROR, path + ": nobody knows whether it is ready", e);
      tell(new Input.NotReady(start.child(), start.run(), e.toString()));
    }
  }

  private void ready(Launched launched) {
    tell(new Input.Ready(start.child(), start.run()));
    launched.probes.watchHealth(
        launched.running.probed(),
        change -> tell(new Input.HealthChanged(start.child(), start.run(), change)));
  }

  private void introduce(ForkedChild fork) {
    try {
      start.spec().onFork().accept(fork);
    } catch (RuntimeException | Error e) { // whatever a user's code throws
      LOGGER.log(Level.WARNING, path + ": the handler of a new process failed", e);
    }
  }

  /** Waits for the end of the child, or for the word of a stop that it cannot be ended. */
  private Ending awaitEnd(Child child) throws InterruptedException {
    CompletableFuture<Exit> exit = child.onExit();
    try {
      Object unused = CompletableFuture.anyOf(exit, stuck).get();
      return exit.isDone()
          ? new Ending.ProcessEnded(exit.get(), child.cause())
          : new Ending.Survived(stuck.get());
    } catch (ExecutionException e) {
      return new Ending.Lost(String.valueOf(e.getCause()));
    }
  }

  /** Ends what the dead child has left, so that the next run does not meet it. */
  private Ending cleared(Supervised running, Ending ending) {
    StopReport report =
        switch (start.spec().shutdown()) {
          case Shutdown.Within(Duration grace) -> running.child().stop(grace);
          case Shutdown.Kill() -> running.child().kill();
        };
    if (report.survivors().isEmpty()) {
      return ending;
    }
    LOGGER.log(
        Level.WARNING, "{0}: {1}, but cannot end pids {2}", path, ending, report.survivors());
    return new Ending.Survived(report.survivors());
  }

  /** Lets what it has said come before its end, as far as it comes at once. */
  private void awaitLastWords(Supervised running) {
    await(running.child().onOutputDone(), asked ? LAST_WORDS_MILLIS : LAST_LINES_MILLIS);
    if (running instanceof Supervised.Forked(ForkedChild fork)) {
      await(fork.channel().onDisconnect(), LAST_WORDS_MILLIS);
    }
  }

  private static void await(CompletableFuture<?> future, long limitMillis) {
    try {
      Object unused = future.get(limitMillis, MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // Then without it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing is told after the end: it could be taken for a word of the next run. */
  private synchronized void tell(Input input) {
    if (!over) {
      over = input instanceof Input.Ended;
      inbox.accept(input);
    }
  }

  private Duration lifetime() {
    return Duration.ofNanos(System.nanoTime() - begunNanos);
  }

  private Input.Ended ended(long pid, Ending ending, Duration lifetime, Optional<Usage> usage) {
    Death death =
        new Death(
            start.run(),
            pid,
            Instant.now(),
            lifetime,
            ending,
            Optional.empty(),
            usage,
            lastLines.lines());
    return new Input.Ended(start.child(), death);
  }
}
