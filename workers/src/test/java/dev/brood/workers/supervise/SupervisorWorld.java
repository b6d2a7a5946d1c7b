package dev.brood.workers.supervise;

import dev.brood.process.Cause;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.testkit.Gen;
import dev.brood.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A supervisor of random children over fake processes in virtual time. */
final class SupervisorWorld {
  private final Simulation simulation;
  private final Gen gen;
  private final SupervisorCore core;
  private final SupervisorLedger ledger;
  private boolean calm;
  private int added;

  SupervisorWorld(Simulation simulation, Supervisor supervisor) {
    this.simulation = simulation;
    this.gen = simulation.gen();
    this.core =
        new SupervisorCore(supervisor, "main", () -> (long) gen.below(Integer.MAX_VALUE) << 32);
    this.ledger = new SupervisorLedger(simulation, supervisor, core);
    simulation.after(Duration.ZERO, () -> feed(new Input.Tick()));
  }

  Optional<SupervisorEnd> end() {
    return ledger.end();
  }

  /** From now on no process dies by itself, and all come up. */
  void calm() {
    calm = true;
  }

  /** A call of a user's, at random. */
  void call() {
    String id = ledger.ids().isEmpty() ? "none" : gen.oneOf(ledger.ids());
    Input.Call call =
        switch (gen.below(4)) {
          case 0 -> new Input.Terminate(id);
          case 1 -> new Input.Restart(id);
          case 2 -> new Input.Delete(id);
          default -> {
            ChildSpec spec = ChildSpec.of(Command.of("x")).restart(gen.oneOf(Restart.values()));
            yield new Input.Add(
                "added" + added++, gen.flip() ? spec : spec.dependsOn(id, Condition.READY));
          }
        };
    if (core.objection(call).isEmpty()) {
      make(call);
    }
  }

  void stop() {
    make(new Input.Stop());
  }

  void kill() {
    make(new Input.Kill());
  }

  private void make(Input.Call call) {
    ledger.called(call);
    feed(call);
  }

  /** Kills one of the processes, as a user outside would. */
  void murder() {
    List<FakeRun> alive = ledger.alive();
    if (!alive.isEmpty()) {
      Exit killed = new Exit.Signaled(Signal.KILL, false);
      die(gen.oneOf(alive), new Ending.ProcessEnded(killed, Cause.SELF));
    }
  }

  /** What must hold between any two events. */
  void check() {
    ledger.check();
  }

  /** What must hold when nothing has happened for long. */
  void checkSettled() {
    ledger.checkSettled();
  }

  private void feed(Input input) {
    simulation.note("in  " + input);
    List<Effect> effects = core.handle(simulation.nanos(), input);
    effects.forEach(effect -> simulation.note("out " + effect));
    ledger.batch(effects);
    effects.forEach(this::carryOut);
    long wakeAt = core.wakeAt();
    if (wakeAt != CoreChild.NEVER) {
      Duration wait = Duration.ofNanos(wakeAt - simulation.nanos());
      simulation.after(
          wait,
          () -> {
            if (core.wakeAt() <= simulation.nanos()) {
              feed(new Input.Tick());
            }
          });
    }
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Start start -> {
        FakeRun run = ledger.start(start);
        Duration soon = simulation.between(Duration.ZERO, Duration.ofMillis(3));
        simulation.after(soon, () -> begin(run));
      }
      case Effect.Stop stop -> obey(ledger.stop(stop), stop.how());
      case Effect.Tell(SupervisorEvent event) -> ledger.tell(event);
      case Effect.Finish(SupervisorEnd end) -> ledger.finish(end);
    }
  }

  private void begin(FakeRun run) {
    if (!calm && gen.below(12) == 0) {
      die(run, new Ending.NotStarted("no"));
      return;
    }
    if (run.over) {
      return;
    }
    run.started = true;
    feed(new Input.Started(run.id, run.run, 1));
    simulation.after(simulation.between(Duration.ZERO, Duration.ofSeconds(2)), () -> up(run));
    if (gen.below(4) != 0) {
      Duration life =
          simulation.between(
              Duration.ZERO, gen.flip() ? Duration.ofSeconds(3) : Duration.ofMinutes(3));
      simulation.after(
          life,
          () -> {
            if (!calm) {
              die(run, ending());
            }
          });
    }
  }

  private Ending ending() {
    if (gen.below(60) == 0) {
      return new Ending.Survived(List.of(1L)); // its helper
    }
    return switch (gen.below(4)) {
      case 0 -> new Ending.ProcessEnded(new Exit.Exited(0), Cause.SELF);
      case 1 -> new Ending.ProcessEnded(new Exit.Exited(1), Cause.SELF);
      case 2 -> new Ending.Lost("reaped");
      default -> new Ending.ProcessEnded(new Exit.Signaled(Signal.SEGV, true), Cause.SELF);
    };
  }

  private void up(FakeRun run) {
    if (run.over) {
      return;
    }
    if (!calm && gen.below(10) == 0) {
      run.unfit = true;
      feed(new Input.NotReady(run.id, run.run, "not in time"));
      return;
    }
    run.ready = true;
    feed(new Input.Ready(run.id, run.run));
    if (!ledger.spec(run.id).health().isNone()) {
      simulation.after(simulation.between(Duration.ZERO, Duration.ofSeconds(5)), () -> look(run));
    }
  }

  private void look(FakeRun run) {
    if (run.over) {
      return;
    }
    run.healthy = calm || gen.below(4) != 0;
    if (!run.healthy) {
      run.unfit |= ledger.spec(run.id).health().action() != UnhealthyAction.REPORT;
    }
    feed(
        new Input.HealthChanged(
            run.id,
            run.run,
            run.healthy ? new HealthChange.Healthy() : new HealthChange.Unhealthy("ill", 3)));
    simulation.after(
        simulation.between(Duration.ofSeconds(1), Duration.ofSeconds(60)),
        () -> {
          if (!calm || !run.healthy) {
            look(run);
          }
        });
  }

  private void obey(FakeRun run, Shutdown how) {
    Duration longest =
        switch (how) {
          case Shutdown.Within(Duration grace) -> grace;
          case Shutdown.Kill() -> Duration.ofMillis(20);
        };
    simulation.after(
        simulation.between(Duration.ZERO, longest),
        () -> {
          boolean stuck = gen.below(60) == 0;
          die(
              run,
              stuck
                  ? new Ending.Survived(List.of(1L))
                  : new Ending.ProcessEnded(new Exit.Signaled(Signal.TERM, false), Cause.STOPPED));
        });
  }

  private void die(FakeRun run, Ending ending) {
    if (run.over) {
      return;
    }
    ledger.over(run, ending);
    Duration lifetime = Duration.ofNanos(simulation.nanos() - run.begunNanos);
    feed(
        new Input.Ended(
            run.id,
            new Death(
                run.run,
                1,
                simulation.now(),
                lifetime,
                ending,
                Optional.empty(),
                Optional.empty(),
                List.of())));
    if (gen.below(8) == 0) {
      Duration late = simulation.between(Duration.ZERO, Duration.ofSeconds(1));
      simulation.after(late, () -> feed(lateWord(run)));
    }
  }

  /** What is told of a run after its end, which must not be taken for a word of the next one. */
  private Input lateWord(FakeRun run) {
    return switch (gen.below(4)) {
      case 0 -> new Input.Started(run.id, run.run, 1);
      case 1 -> new Input.Ready(run.id, run.run);
      case 2 -> new Input.NotReady(run.id, run.run, "late");
      default -> new Input.HealthChanged(run.id, run.run, new HealthChange.Unhealthy("late", 3));
    };
  }
}
