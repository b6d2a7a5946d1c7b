package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Cause;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.testkit.Gen;
import dev.brood.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A supervisor of random children over fake processes in virtual time. It keeps its own books of
 * what is alive and what was asked, and checks each effect against them.
 */
final class SupervisorWorld {
  /** A fake process. */
  private static final class Fake {
    final String id;
    final int run;
    final long begun;
    boolean started;
    boolean ready;
    boolean healthy;
    boolean asked;
    boolean over;

    Fake(String id, int run, long begun) {
      this.id = id;
      this.run = run;
      this.begun = begun;
    }
  }

  private final Simulation simulation;
  private final Gen gen;
  private final Supervisor supervisor;
  private final SupervisorCore core;
  private final Map<String, ChildSpec> specs = new HashMap<>();
  private final List<String> order = new ArrayList<>();
  private final Map<String, Fake> alive = new HashMap<>();
  private final Map<String, Integer> lastRun = new HashMap<>();
  private final Set<String> slowRetry = new HashSet<>();
  private final Set<String> completed = new HashSet<>();
  private final Set<String> survivors = new HashSet<>();

  /** Runs that have to be over before the next start of anything, or of that child. */
  private final Map<String, Set<Fake>> before = new HashMap<>();

  private final List<Long> restarts = new ArrayList<>();
  private final List<SupervisorEvent> told = new ArrayList<>();
  private SupervisorEnd finished;
  private boolean calm;
  private boolean anythingEnded;
  private boolean shuttingDown;
  private boolean killing;
  private int added;

  SupervisorWorld(Simulation simulation, Supervisor supervisor) {
    this.simulation = simulation;
    this.gen = simulation.gen();
    this.supervisor = supervisor;
    this.specs.putAll(supervisor.children());
    this.order.addAll(StartOrder.of(supervisor.children()));
    this.core =
        new SupervisorCore(supervisor, "main", () -> (long) gen.below(Integer.MAX_VALUE) << 32);
    simulation.after(Duration.ZERO, () -> feed(new Input.Begin()));
  }

  List<SupervisorEvent> told() {
    return told;
  }

  SupervisorCore core() {
    return core;
  }

  Optional<SupervisorEnd> end() {
    return Optional.ofNullable(finished);
  }

  /** From now on no process dies by itself, and all come up. */
  void calm() {
    calm = true;
  }

  /** A call of a user's, at random. */
  void call() {
    String id = order.isEmpty() ? "none" : gen.oneOf(order);
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
      if (call instanceof Input.Add(String name, ChildSpec spec)) {
        specs.put(name, spec);
        order.add(name);
      } else if (call instanceof Input.Delete) {
        order.remove(id);
      }
      anythingEnded = true;
      feed(call);
    }
  }

  void stop() {
    feed(new Input.Stop());
  }

  void kill() {
    killing = true;
    feed(new Input.Kill());
  }

  /** Kills one of the processes, as a user outside would. */
  void murder() {
    if (!alive.isEmpty()) {
      Fake victim = gen.oneOf(List.copyOf(alive.values()));
      die(victim, new Ending.ProcessEnded(new Exit.Signaled(Signal.KILL, false), Cause.SELF));
    }
  }

  /** What must hold between any two events. */
  void check() {
    for (ChildStatus status : core.status(simulation.nanos())) {
      assertThat(status.state().isLive())
          .as("state %s of %s, alive: %s", status.state(), status.id(), alive.keySet())
          .isEqualTo(alive.containsKey(status.id()));
      assertThat(status.deaths()).hasSizeLessThanOrEqualTo(Death.MOST_KEPT);
    }
    if (finished != null) {
      assertThat(alive).as("alive after the end").isEmpty();
    }
  }

  /** What must hold when nothing has happened for long. */
  void checkSettled() {
    boolean earlierWaits = false;
    for (ChildStatus status : core.status(simulation.nanos())) {
      switch (status.state()) {
        case STARTING, STOPPING, BACKING_OFF ->
            throw new AssertionError(status.id() + " is still " + status.state());
        case WAITING -> {
          boolean turn = supervisor.order() == Order.SEQUENCE && earlierWaits;
          boolean hopeless =
              specs.get(status.id()).dependencies().stream().anyMatch(this::cannotCome);
          assertThat(turn || hopeless).as("%s waits: %s", status.id(), status.waitsFor()).isTrue();
          earlierWaits = true;
        }
        case STOPPED, RUNNING, COMPLETED, GIVEN_UP -> {}
      }
    }
  }

  private boolean cannotCome(Dependency dependency) {
    return switch (core.status(simulation.nanos()).stream()
        .filter(status -> status.id().equals(dependency.on()))
        .findFirst()
        .orElseThrow()
        .state()) {
      case STOPPED, GIVEN_UP, WAITING -> true;
      case COMPLETED -> dependency.condition() != Condition.COMPLETED;
      case RUNNING -> dependency.condition().isEnd();
      case BACKING_OFF, STARTING, STOPPING -> false;
    };
  }

  private void feed(Input input) {
    simulation.note("in  " + input);
    List<Effect> effects = core.handle(simulation.nanos(), input);
    for (Effect effect : effects) {
      simulation.note("out " + effect);
      carryOut(effect);
    }
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
    assertThat(finished).as("an effect after the end: %s", effect).isNull();
    switch (effect) {
      case Effect.Start(String id, ChildSpec spec, int run) -> start(id, spec, run);
      case Effect.Stop(String id, int run, Shutdown how) -> stop(id, run, how);
      case Effect.Tell(SupervisorEvent event) -> tell(event);
      case Effect.Finish(SupervisorEnd end) -> {
        assertThat(alive).isEmpty();
        finished = end;
      }
    }
  }

  private void tell(SupervisorEvent event) {
    told.add(event);
    switch (event) {
      case SupervisorEvent.Restarting(var _, String id, int deaths, var _) -> {
        completed.remove(id);
        if (deaths > 0 && !slowRetry.remove(id)) {
          restarted(id);
        }
      }
      case SupervisorEvent.Started started -> slowRetry.remove(started.child());
      case SupervisorEvent.GivenUp(var _, String id, var _, var _) -> slowRetry.add(id);
      case SupervisorEvent.Completed(var _, String id, boolean _) -> completed.add(id);
      case SupervisorEvent.ShuttingDown(var _, SupervisorEnd why) -> {
        shuttingDown = true;
        if (why instanceof SupervisorEnd.IntensityExceeded) {
          assertThat(recentRestarts()).isEqualTo(supervisor.intensity().restarts());
        }
      }
      default -> {}
    }
  }

  private void restarted(String id) {
    restarts.add(simulation.nanos());
    assertThat(recentRestarts())
        .as("restarts in the last period")
        .isLessThanOrEqualTo(supervisor.intensity().restarts());
    switch (supervisor.strategy()) {
      case ONE_FOR_ONE -> {}
      case ONE_FOR_ALL -> before.put("", new HashSet<>(alive.values()));
      case REST_FOR_ONE -> {
        Set<Fake> later = new HashSet<>();
        alive.values().stream()
            .filter(fake -> order.indexOf(fake.id) > order.indexOf(id))
            .forEach(later::add);
        before.put(id, later);
      }
    }
  }

  private long recentRestarts() {
    long since = simulation.nanos() - supervisor.intensity().period().toNanos();
    return restarts.stream().filter(at -> at > since).count();
  }

  private void start(String id, ChildSpec spec, int run) {
    assertThat(alive).as("a second run of %s", id).doesNotContainKey(id);
    assertThat(survivors).as("a run beside one that cannot be ended").doesNotContain(id);
    assertThat(shuttingDown).as("a start of %s after the end has begun", id).isFalse();
    assertThat(run).isEqualTo(lastRun.getOrDefault(id, 0) + 1);
    for (String key : List.of("", id)) {
      assertThat(before.getOrDefault(key, Set.of()))
          .as("alive at the start of %s", id)
          .allMatch(fake -> fake.over);
    }
    for (Dependency dependency : spec.dependencies()) {
      assertThat(isMet(dependency)).as("%s needs %s", id, dependency).isTrue();
    }
    if (supervisor.order() == Order.SEQUENCE && !anythingEnded) {
      for (String earlier : order.subList(0, order.indexOf(id))) {
        assertThat(alive.get(earlier).ready).as("%s before %s", earlier, id).isTrue();
      }
    }
    completed.remove(id);
    slowRetry.remove(id);
    lastRun.put(id, run);
    Fake fake = new Fake(id, run, simulation.nanos());
    alive.put(id, fake);
    simulation.after(simulation.between(Duration.ZERO, Duration.ofMillis(3)), () -> begin(fake));
  }

  private boolean isMet(Dependency dependency) {
    Fake on = alive.get(dependency.on());
    return switch (dependency.condition()) {
      case STARTED -> on != null && on.started;
      case READY -> on != null && on.ready;
      case HEALTHY -> on != null && on.ready && (on.healthy || specs.get(on.id).health().isNone());
      case COMPLETED, SUCCEEDED -> on == null && completed.contains(dependency.on());
    };
  }

  private void begin(Fake fake) {
    if (!calm && gen.below(12) == 0) {
      die(fake, new Ending.NotStarted("no"));
      return;
    }
    if (fake.over) {
      return;
    }
    fake.started = true;
    feed(new Input.Started(fake.id, fake.run, 1));
    simulation.after(simulation.between(Duration.ZERO, Duration.ofSeconds(2)), () -> up(fake));
    if (gen.below(4) != 0) {
      Duration life =
          simulation.between(
              Duration.ZERO, gen.flip() ? Duration.ofSeconds(3) : Duration.ofMinutes(3));
      simulation.after(
          life,
          () -> {
            if (!calm) {
              die(fake, ending());
            }
          });
    }
  }

  private Ending ending() {
    return switch (gen.below(4)) {
      case 0 -> new Ending.ProcessEnded(new Exit.Exited(0), Cause.SELF);
      case 1 -> new Ending.ProcessEnded(new Exit.Exited(1), Cause.SELF);
      case 2 -> new Ending.Lost("reaped");
      default -> new Ending.ProcessEnded(new Exit.Signaled(Signal.SEGV, true), Cause.SELF);
    };
  }

  private void up(Fake fake) {
    if (fake.over) {
      return;
    }
    if (!calm && gen.below(10) == 0) {
      feed(new Input.NotReady(fake.id, fake.run, "not in time"));
      return;
    }
    fake.ready = true;
    feed(new Input.Ready(fake.id, fake.run));
    if (!specs.get(fake.id).health().isNone()) {
      simulation.after(simulation.between(Duration.ZERO, Duration.ofSeconds(5)), () -> look(fake));
    }
  }

  private void look(Fake fake) {
    if (fake.over) {
      return;
    }
    fake.healthy = calm || gen.below(4) != 0;
    feed(
        new Input.HealthChanged(
            fake.id,
            fake.run,
            fake.healthy ? new HealthChange.Healthy() : new HealthChange.Unhealthy("ill", 3)));
    simulation.after(
        simulation.between(Duration.ofSeconds(1), Duration.ofSeconds(60)),
        () -> {
          if (!calm || !fake.healthy) {
            look(fake);
          }
        });
  }

  private void stop(String id, int run, Shutdown how) {
    Fake fake = alive.get(id);
    assertThat(fake).as("stop of %s, which is not alive", id).isNotNull();
    assertThat(fake.run).isEqualTo(run);
    if (shuttingDown && !killing) {
      for (Fake other : alive.values()) {
        boolean dependent =
            specs.get(other.id).dependencies().stream().anyMatch(on -> on.on().equals(id));
        boolean later =
            supervisor.order() == Order.SEQUENCE && order.indexOf(other.id) > order.indexOf(id);
        assertThat(other != fake && (dependent || later))
            .as("%s is stopped before %s", id, other.id)
            .isFalse();
      }
    }
    fake.asked = true;
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
              fake,
              stuck
                  ? new Ending.Survived(List.of(1L))
                  : new Ending.ProcessEnded(new Exit.Signaled(Signal.TERM, false), Cause.STOPPED));
        });
  }

  private void die(Fake fake, Ending ending) {
    if (fake.over) {
      return;
    }
    anythingEnded = true;
    fake.over = true;
    alive.remove(fake.id);
    if (ending instanceof Ending.Survived) {
      survivors.add(fake.id);
    }
    feed(
        new Input.Ended(
            fake.id,
            new Death(
                fake.run,
                1,
                simulation.now(),
                Duration.ofNanos(simulation.nanos() - fake.begun),
                ending,
                Optional.empty(),
                Optional.empty(),
                List.of())));
  }
}
