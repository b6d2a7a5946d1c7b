package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Cause;
import dev.brood.process.Exit;
import dev.brood.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Books of what is alive and what was asked, kept beside a supervisor in a simulation. Every effect
 * is checked against them before it is carried out.
 */
final class SupervisorLedger {
  private final Simulation simulation;
  private final Supervisor supervisor;
  private final SupervisorCore core;
  private final Map<String, ChildSpec> specs = new HashMap<>();
  private final List<String> order = new ArrayList<>();
  private final Map<String, FakeRun> alive = new HashMap<>();
  private final Map<String, Integer> lastRun = new HashMap<>();
  private final Set<String> slowRetry = new HashSet<>();
  private final Set<String> completed = new HashSet<>();
  private final Set<String> succeeded = new HashSet<>();
  private final Set<String> survivors = new HashSet<>();

  /** Stopped by a call, so that only a call may start them. */
  private final Set<String> terminated = new HashSet<>();

  /** Restarted with others, so that those after them end, and those before them come up first. */
  private final Set<String> inTurn = new HashSet<>();

  /** When the wait that was told for a restart is over. */
  private final Map<String, Long> notBefore = new HashMap<>();

  /** Runs that have to be over before the next start of anything, or of that child. */
  private final Map<String, Set<FakeRun>> before = new HashMap<>();

  private final List<Long> restarts = new ArrayList<>();
  private SupervisorEnd finished;
  private boolean anythingEnded;
  private boolean shuttingDown;
  private boolean killing;

  SupervisorLedger(Simulation simulation, Supervisor supervisor, SupervisorCore core) {
    this.simulation = simulation;
    this.supervisor = supervisor;
    this.core = core;
    specs.putAll(supervisor.children());
    order.addAll(StartOrder.of(supervisor.children()));
  }

  /** The ids of the children in the order of their starts. */
  List<String> ids() {
    return order;
  }

  List<FakeRun> alive() {
    return List.copyOf(alive.values());
  }

  ChildSpec spec(String id) {
    return specs.get(id);
  }

  Optional<SupervisorEnd> end() {
    return Optional.ofNullable(finished);
  }

  /** A call is about to be made, to which there is no objection. */
  void called(Input.Call call) {
    anythingEnded = true;
    switch (call) {
      case Input.Add(String id, ChildSpec spec) -> {
        specs.put(id, spec);
        order.add(id);
      }
      case Input.Delete(String id) -> order.remove(id);
      case Input.Terminate(String id) -> {
        if (!completed.contains(id)) {
          terminated.add(id);
        }
      }
      case Input.Restart(String id) -> {
        terminated.remove(id);
        if (!alive.containsKey(id)) {
          inTurn.remove(id);
        }
        notBefore.remove(id);
      }
      case Input.Stop() -> {}
      case Input.Kill() -> killing = true;
    }
  }

  /** What all effects of one input must be like together. */
  void batch(List<Effect> effects) {
    assertThat(finished == null || effects.isEmpty()).as("effects after the end").isTrue();
    List<SupervisorEvent> events =
        effects.stream()
            .filter(Effect.Tell.class::isInstance)
            .map(effect -> ((Effect.Tell) effect).event())
            .toList();
    for (SupervisorEvent event : events) {
      switch (event) {
        case SupervisorEvent.Ended(var _, String id, Death death, boolean asked) when !asked ->
            died(id, death, events);
        case SupervisorEvent.Completed(var _, String id, boolean _) when isEnough(id) ->
            assertThat(ofKind(events, SupervisorEvent.ShuttingDown.class)).hasSize(1);
        case SupervisorEvent.GivenUp(var _, String id, var _, Optional<Duration> retry)
            when isEnough(id) && retry.isEmpty() && !survivors.contains(id) ->
            assertThat(ofKind(events, SupervisorEvent.ShuttingDown.class)).hasSize(1);
        default -> {}
      }
    }
  }

  private boolean isEnough(String id) {
    return specs.get(id).isSignificant()
        && supervisor.autoShutdown() == AutoShutdown.ANY_SIGNIFICANT;
  }

  private void died(String id, Death death, List<SupervisorEvent> events) {
    if (death.ending() instanceof Ending.Survived) {
      return;
    }
    ChildSpec spec = specs.get(id);
    boolean success =
        death.lifetime().compareTo(spec.minimumUptime()) >= 0
            && death.ending().equals(new Ending.ProcessEnded(new Exit.Exited(0), Cause.SELF));
    if (success) {
      succeeded.add(id);
    }
    boolean again =
        switch (spec.restart()) {
          case PERMANENT -> true;
          case TRANSIENT -> !success;
          case TEMPORARY -> false;
        };
    assertThat(ofKind(events, SupervisorEvent.Completed.class))
        .as("%s, %s, has died: %s", id, spec.restart(), death.ending())
        .hasSize(again ? 0 : 1);
  }

  private static List<SupervisorEvent> ofKind(
      List<SupervisorEvent> events, Class<? extends SupervisorEvent> kind) {
    return events.stream().filter(kind::isInstance).toList();
  }

  /** A start is to be made. */
  FakeRun start(Effect.Start start) {
    String id = start.child();
    ChildSpec spec = start.spec();
    assertThat(alive).as("a second run of %s", id).doesNotContainKey(id);
    assertThat(survivors).as("a run beside one that cannot be ended").doesNotContain(id);
    assertThat(terminated).as("a start of what a call has stopped").doesNotContain(id);
    assertThat(shuttingDown).as("a start of %s after the end has begun", id).isFalse();
    assertThat(start.run()).isEqualTo(lastRun.getOrDefault(id, 0) + 1);
    assertThat(notBefore.getOrDefault(id, 0L))
        .as("the wait of %s", id)
        .isLessThanOrEqualTo(simulation.nanos());
    for (String key : List.of("", id)) {
      assertThat(before.getOrDefault(key, Set.of()))
          .as("alive at the start of %s", id)
          .allMatch(run -> run.over);
    }
    for (Dependency dependency : spec.dependencies()) {
      assertThat(isMet(dependency)).as("%s needs %s", id, dependency).isTrue();
    }
    assertThat(alive.values().stream().filter(run -> isBound(run.id, id)))
        .as("bound to an earlier run of %s", id)
        .isEmpty();
    checkTurn(id);
    completed.remove(id);
    succeeded.remove(id);
    slowRetry.remove(id);
    inTurn.remove(id);
    lastRun.put(id, start.run());
    FakeRun run = new FakeRun(id, start.run(), simulation.nanos());
    alive.put(id, run);
    return run;
  }

  private void checkTurn(String id) {
    if (supervisor.order() == Order.DEPENDENCIES) {
      return;
    }
    List<String> earlier = order.subList(0, order.indexOf(id));
    if (!anythingEnded) {
      for (String one : earlier) {
        assertThat(alive.get(one).ready).as("%s before %s", one, id).isTrue();
      }
    } else if (inTurn.contains(id)) {
      assertThat(statuses().filter(status -> earlier.contains(status.id())))
          .as("those before %s, whose turn it is", id)
          .allMatch(status ->
              switch (status.state()) {
                case RUNNING, STOPPED, COMPLETED, GIVEN_UP -> true;
                case WAITING, BACKING_OFF, STARTING, STOPPING -> false;
              });
    }
  }

  private boolean isMet(Dependency dependency) {
    FakeRun on = alive.get(dependency.on());
    return switch (dependency.condition()) {
      case STARTED -> on != null && on.started;
      case READY -> on != null && on.ready;
      case HEALTHY -> on != null && on.ready && (on.healthy || specs.get(on.id).health().isNone());
      case COMPLETED -> on == null && completed.contains(dependency.on());
      case SUCCEEDED ->
          on == null && completed.contains(dependency.on()) && succeeded.contains(dependency.on());
    };
  }

  private boolean isBound(String id, String to) {
    return specs.get(id).dependencies().stream()
        .anyMatch(dependency -> dependency.bound() && dependency.on().equals(to));
  }

  /** A stop is to be made. */
  FakeRun stop(Effect.Stop stop) {
    String id = stop.child();
    FakeRun run = alive.get(id);
    assertThat(run).as("stop of %s, which is not alive", id).isNotNull();
    assertThat(run.asked && !killing).as("%s is stopped twice", id).isFalse();
    if (!killing) {
      for (FakeRun other : alive.values()) {
        boolean dependent = shuttingDown && dependsOn(other.id, id);
        assertThat(other != run && (dependent || endsBefore(other.id, id)))
            .as("%s is stopped before %s", id, other.id)
            .isFalse();
      }
    }
    run.asked = true;
    return run;
  }

  private boolean dependsOn(String id, String on) {
    return specs.get(id).dependencies().stream().anyMatch(to -> to.on().equals(on));
  }

  /** Whether the one, which is alive, has to end before the other is asked to. */
  private boolean endsBefore(String id, String other) {
    return supervisor.order() == Order.SEQUENCE
        && order.indexOf(id) > order.indexOf(other)
        && (shuttingDown || (inTurn.contains(id) && inTurn.contains(other)));
  }

  /** One that is to end alone is asked at once, unless one that depends on it is still there. */
  private void checkAsked(FakeRun run) {
    boolean alone = !shuttingDown && !inTurn.contains(run.id);
    if (alone && !run.asked && (run.unfit || terminated.contains(run.id))) {
      assertThat(alive.keySet())
          .as("%s is not asked to end", run.id)
          .anyMatch(other -> dependsOn(other, run.id));
    }
  }

  /** A run has ended; the supervisor does not know yet. */
  void over(FakeRun run, Ending ending) {
    anythingEnded = true;
    run.over = true;
    alive.remove(run.id);
    if (ending instanceof Ending.Survived) {
      survivors.add(run.id);
    }
  }

  void finish(SupervisorEnd end) {
    assertThat(alive).isEmpty();
    assertThat(shuttingDown).isTrue();
    finished = end;
  }

  /** Something is told. */
  void tell(SupervisorEvent event) {
    switch (event) {
      case SupervisorEvent.Restarting restarting -> restarting(restarting);
      case SupervisorEvent.Ready(var _, String id, Duration after) ->
          assertThat(after).isGreaterThanOrEqualTo(specs.get(id).minimumUptime());
      case SupervisorEvent.Stopping(var _, String id, String reason) -> stopping(id, reason);
      case SupervisorEvent.GivenUp(var _, String id, var _, var _) -> givenUp(id);
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

  private void restarting(SupervisorEvent.Restarting event) {
    String id = event.child();
    completed.remove(id);
    notBefore.put(id, simulation.nanos() + event.delay().toNanos());
    if (event.deathsInRow() > 0 && !slowRetry.remove(id)) {
      specs
          .get(id)
          .giveUp()
          .ifPresent(limit -> assertThat(event.deathsInRow()).isLessThan(limit.deaths()));
      restarted(id);
    }
  }

  private void givenUp(String id) {
    slowRetry.add(id);
    if (!survivors.contains(id)) {
      int limit = specs.get(id).giveUp().orElseThrow().deaths();
      assertThat(core.status(id, simulation.nanos()).orElseThrow().deathsInRow())
          .isGreaterThanOrEqualTo(limit);
    }
  }

  private void stopping(String id, String reason) {
    if (reason.startsWith("restarted with")) {
      String died = reason.split("\"")[1];
      boolean concerned =
          switch (supervisor.strategy()) {
            case ONE_FOR_ONE -> false;
            case ONE_FOR_ALL -> true;
            case REST_FOR_ONE -> order.indexOf(id) > order.indexOf(died);
          };
      assertThat(concerned).as("%s is %s", id, reason).isTrue();
    }
  }

  private void restarted(String id) {
    restarts.add(simulation.nanos());
    assertThat(recentRestarts())
        .as("restarts in the last period")
        .isLessThanOrEqualTo(supervisor.intensity().restarts());
    switch (supervisor.strategy()) {
      case ONE_FOR_ONE -> {}
      case ONE_FOR_ALL -> {
        before.put("", new HashSet<>(alive.values()));
        inTurn.addAll(order);
      }
      case REST_FOR_ONE -> {
        List<String> later = order.subList(order.indexOf(id), order.size());
        before.put(
            id,
            new HashSet<>(alive.values().stream().filter(run -> later.contains(run.id)).toList()));
        inTurn.addAll(later);
      }
    }
  }

  private long recentRestarts() {
    long since = simulation.nanos() - supervisor.intensity().period().toNanos();
    return restarts.stream().filter(at -> at > since).count();
  }

  /** What must hold between any two events. */
  void check() {
    statuses()
        .forEach(status -> {
          FakeRun run = alive.get(status.id());
          assertThat(status.state().isLive())
              .as("state %s of %s, alive: %s", status.state(), status.id(), alive.keySet())
              .isEqualTo(run != null);
          assertThat(status.state() == ChildState.RUNNING && !run.ready)
              .as("%s is taken to be ready", status.id())
              .isFalse();
          assertThat(status.deaths()).hasSizeLessThanOrEqualTo(Death.MOST_KEPT);
          if (run != null) {
            checkAsked(run);
          }
        });
    if (finished != null) {
      assertThat(alive).as("alive after the end").isEmpty();
    }
  }

  /** What must hold when nothing has happened for long. */
  void checkSettled() {
    assertThat(alive.values()).as("unfit, and not ended").noneMatch(run -> run.unfit);
    checkSignificant();
    boolean earlierWaits = false;
    for (ChildStatus status : statuses().toList()) {
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
        case STOPPED, COMPLETED -> checkKept(status);
        case RUNNING, GIVEN_UP -> {}
      }
    }
  }

  /**
   * Whatever the order in which they came to their end, the last one takes the supervisor along.
   */
  private void checkSignificant() {
    List<String> significant =
        supervisor.children().keySet().stream()
            .filter(id -> specs.get(id).isSignificant())
            .toList();
    assertThat(!significant.isEmpty() && significant.stream().allMatch(this::isOverForGood))
        .as("all significant children are over: %s", significant)
        .isFalse();
  }

  private boolean isOverForGood(String id) {
    return statuses()
        .filter(status -> status.id().equals(id))
        .anyMatch(status ->
            switch (status.state()) {
              case COMPLETED -> true;
              case GIVEN_UP -> status.waitsFor().isEmpty() && !survivors.contains(id);
              case STOPPED, WAITING, BACKING_OFF, STARTING, RUNNING, STOPPING -> false;
            });
  }

  /** Temporary children that were added are forgotten, unless others depend on them. */
  private void checkKept(ChildStatus status) {
    String id = status.id();
    boolean added = !supervisor.children().containsKey(id);
    boolean needed =
        order.stream()
            .flatMap(other -> specs.get(other).dependencies().stream())
            .anyMatch(dependency -> dependency.on().equals(id));
    assertThat(added && specs.get(id).restart() == Restart.TEMPORARY && !needed)
        .as("%s is kept", status)
        .isFalse();
  }

  private boolean cannotCome(Dependency dependency) {
    ChildState state = core.status(dependency.on(), simulation.nanos()).orElseThrow().state();
    return switch (state) {
      case STOPPED, GIVEN_UP, WAITING -> true;
      case COMPLETED -> dependency.condition() != Condition.COMPLETED;
      case RUNNING -> dependency.condition().isEnd();
      case BACKING_OFF, STARTING, STOPPING -> false;
    };
  }

  private Stream<ChildStatus> statuses() {
    return core.status(simulation.nanos()).stream();
  }
}
