package dev.brood.workers.supervise;

import static java.util.Objects.requireNonNull;

import dev.brood.workers.fork.Notification;
import dev.brood.workers.supervise.CoreChild.Goal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All decisions of one supervisor, as a state machine: it is told what has happened and at what
 * time, and says what is to be done. For one thread; it knows no clock, no process and no thread.
 *
 * <p>An input changes the children that it is about: a state, or the goal that a live one is to
 * end. Then every stop and start is made that nothing stands in the way of; that is the only place
 * where processes begin and end, and where the order is kept. docs/state-machines.md has the table.
 */
final class SupervisorCore {
  private final Supervisor supervisor;
  private final String path;
  private final RandomGenerator random;
  private final Family family = new Family();
  private final RestartWindow window;
  private final Objections objections;
  private List<Effect> effects = new ArrayList<>();
  private long now;
  private @Nullable SupervisorEnd ending;
  private boolean finished;

  /**
   * A machine that waits for its first {@link Input.Tick}.
   *
   * @param path the name of the supervisor, behind those above it
   * @throws IllegalArgumentException as in {@link Supervisor#start}
   */
  SupervisorCore(Supervisor supervisor, String path, RandomGenerator random) {
    this.supervisor = supervisor;
    this.path = path;
    this.random = random;
    this.window = new RestartWindow(supervisor.intensity());
    this.objections = new Objections(supervisor, path, family);
    for (String id : supervisor.check()) {
      ChildSpec spec = requireNonNull(supervisor.children().get(id), id);
      family.add(new CoreChild(id, spec, false, random));
    }
  }

  /**
   * Takes an input.
   *
   * @param time in nanoseconds; never less than before
   * @return what is to be done, in that order
   */
  List<Effect> handle(long time, Input input) {
    now = time;
    effects = new ArrayList<>();
    if (!finished) {
      family.all().forEach(this::wake);
      take(input);
      stopDue();
      startDue();
      finishDue();
    }
    return effects;
  }

  /** When a {@link Input.Tick} is needed; {@link CoreChild#NEVER} if none is. */
  long wakeAt() {
    return family.all().stream().mapToLong(CoreChild::wakeAt).min().orElse(CoreChild.NEVER);
  }

  /** Whether every child is as it should be: ready, completed, or stopped by a call. */
  boolean isUp() {
    return ending == null && family.all().stream().allMatch(CoreChild::isWell);
  }

  boolean isFinished() {
    return finished;
  }

  /** The live run of a child; 0 if none is. */
  int liveRun(String id) {
    return family.find(id).filter(CoreChild::isLive).map(child -> child.run).orElse(0);
  }

  /** What is known of one child; empty if there is none of that id. */
  Optional<ChildStatus> status(String id, long time) {
    return family.find(id).map(child -> child.status(time));
  }

  /** What is known of the children, in the order of their starts. */
  List<ChildStatus> status(long time) {
    return family.all().stream().map(child -> child.status(time)).toList();
  }

  /** Why a call cannot be taken now; empty if it can. */
  Optional<String> objection(Input.Call call) {
    return objections.to(call, ending);
  }

  private void take(Input input) {
    switch (input) {
      case Input.Tick() -> {}
      case Input.OfRun ofRun -> takeOfRun(ofRun);
      case Input.Add(String id, ChildSpec spec) -> {
        CoreChild child = new CoreChild(id, spec, true, random);
        child.inTurn = false;
        family.add(child);
      }
      case Input.Terminate(String id) -> rest(family.get(id), "terminated by a call");
      case Input.Restart(String id) -> restartByCall(family.get(id));
      case Input.Delete(String id) -> forget(family.get(id));
      case Input.Stop() -> shutDown(new SupervisorEnd.Stopped());
      case Input.Kill() -> {
        shutDown(new SupervisorEnd.Stopped());
        family.all().stream()
            .filter(CoreChild::isLive)
            .forEach(child -> stop(child, Shutdown.kill()));
      }
    }
  }

  private void takeOfRun(Input.OfRun input) {
    if (input.run() != liveRun(input.child())) {
      return; // of a run that is over
    }
    CoreChild child = family.get(input.child());
    switch (input) {
      case Input.Started(String _, int run, long pid) -> {
        child.started = true;
        child.pid = pid;
        child.startedAt = now;
        tell(new SupervisorEvent.Started(path, child.id, run, pid));
      }
      case Input.Ready _ -> {
        child.saidReady = true;
        wake(child);
      }
      case Input.NotReady(String _, int _, String reason) -> end(child, Goal.FAIL, reason);
      case Input.HealthChanged(String _, int _, HealthChange change) -> changed(child, change);
      case Input.Said(String _, int _, Notification notification) -> {
        if (notification instanceof Notification.Status(var _, String text)) {
          child.text = text;
        }
        tell(new SupervisorEvent.Notified(path, child.id, notification));
      }
      case Input.Ended(String _, Death death) -> ended(child, death);
    }
  }

  /** Makes happen what only waits for a time, if that has come. */
  private void wake(CoreChild child) {
    if (child.wakeAt() > now) {
      return;
    }
    switch (child.state) {
      case BACKING_OFF -> child.rest(ChildState.WAITING);
      case GIVEN_UP -> {
        child.rest(ChildState.WAITING);
        child.restarts++;
        int deaths = child.deathsInRow.deaths();
        tell(new SupervisorEvent.Restarting(path, child.id, deaths, Duration.ZERO));
      }
      case STARTING -> {
        child.state = ChildState.RUNNING;
        child.readyAt = now;
        tell(new SupervisorEvent.Ready(path, child.id, Duration.ofNanos(now - child.startedAt)));
      }
      case STOPPED, WAITING, RUNNING, STOPPING, COMPLETED ->
          throw new AssertionError(child.id + " has nothing to wait for: " + child.state);
    }
  }

  private void changed(CoreChild child, HealthChange change) {
    switch (change) {
      case HealthChange.Healthy() -> {
        child.healthy = true;
        tell(new SupervisorEvent.Healthy(path, child.id));
      }
      case HealthChange.Unhealthy(String reason, int _) -> {
        child.healthy = false;
        tell(new SupervisorEvent.Unhealthy(path, child.id, reason));
        if (child.goal == null) { // one that is to end anyway may well be unwell
          act(child, "unhealthy: " + reason);
        }
      }
    }
  }

  private void act(CoreChild child, String reason) {
    switch (child.spec.health().action()) {
      case REPORT -> {}
      case RESTART -> end(child, Goal.FAIL_RESTART, reason);
      case STOP -> end(child, Goal.REST, reason);
    }
  }

  /** A run has ended. */
  private void ended(CoreChild child, Death death) {
    Goal goal = child.goal;
    Death told = goal == null ? death : death.because(child.reason);
    Duration well = child.well(death.lifetime());
    child.endRun(told);
    tell(new SupervisorEvent.Ended(path, child.id, told, goal != null));
    stopBound(child);
    if (death.ending() instanceof Ending.Survived survived) {
      child.survived = true;
      giveUp(child, survived.toString(), Optional.empty());
      if (goal != Goal.REST) {
        endWith(child);
      }
      return;
    }
    switch (goal) {
      case null -> {
        boolean up = death.lifetime().compareTo(child.spec.minimumUptime()) >= 0;
        died(child, well, up && child.spec.isSuccess(death.ending()), false);
      }
      case REST -> {
        child.state = ChildState.STOPPED;
        forgetTemporary(child);
      }
      case RESTART -> {
        child.restarts++;
        child.state = ChildState.WAITING;
        tell(new SupervisorEvent.Restarting(path, child.id, 0, Duration.ZERO));
      }
      case FAIL -> died(child, well, false, false);
      case FAIL_RESTART -> died(child, well, false, true);
    }
  }

  /** A run has ended by the child's own doing. */
  private void died(CoreChild child, Duration well, boolean success, boolean always) {
    if (!always && !child.spec.restart().follows(success)) {
      completed(child, success);
      return;
    }
    Duration delay = child.deathsInRow.died(well);
    int deaths = child.deathsInRow.deaths();
    Optional<GiveUp> limit = child.spec.giveUp();
    if (limit.isPresent() && deaths >= limit.get().deaths()) {
      giveUp(child, deaths + " deaths in a row", limit.get().retryEvery());
      endWith(child);
      return;
    }
    if (!window.add(now)) {
      child.state = ChildState.STOPPED;
      shutDown(new SupervisorEnd.IntensityExceeded(child.id, supervisor.intensity()));
      return;
    }
    child.restarts++;
    if (delay.isZero()) {
      child.rest(ChildState.WAITING);
    } else {
      child.state = ChildState.BACKING_OFF;
      child.until = CoreChild.after(now, delay);
    }
    tell(new SupervisorEvent.Restarting(path, child.id, deaths, delay));
    restartOthers(child);
  }

  private void completed(CoreChild child, boolean success) {
    child.state = ChildState.COMPLETED;
    child.success = success;
    tell(new SupervisorEvent.Completed(path, child.id, success));
    endWith(child);
    forgetTemporary(child);
  }

  /** Ends the supervisor with a child that was not stopped, if that is the end of both. */
  private void endWith(CoreChild child) {
    if (child.spec.isSignificant() && child.isOver() && isEnough()) {
      shutDown(new SupervisorEnd.SignificantEnded(child.id));
    }
  }

  /** Whether it is enough for the auto-shutdown that one more significant child is over. */
  private boolean isEnough() {
    return switch (supervisor.autoShutdown()) {
      case NEVER -> false;
      case ANY_SIGNIFICANT -> true;
      case ALL_SIGNIFICANT ->
          family.all().stream()
              .filter(child -> child.spec.isSignificant())
              .allMatch(CoreChild::isOver);
    };
  }

  private void giveUp(CoreChild child, String reason, Optional<Duration> retry) {
    child.state = ChildState.GIVEN_UP;
    child.until = retry.map(time -> CoreChild.after(now, time)).orElse(CoreChild.NEVER);
    tell(new SupervisorEvent.GivenUp(path, child.id, reason, retry));
  }

  /** Temporary children that were added come and go by the thousand: nobody deletes them. */
  private void forgetTemporary(CoreChild child) {
    boolean temporary = child.spec.restart() == Restart.TEMPORARY;
    if (child.added && temporary && family.dependents(child).isEmpty()) {
      forget(child);
    }
  }

  /** What was kept only because this one depends on it goes with it. */
  private void forget(CoreChild child) {
    family.remove(child);
    for (Dependency dependency : child.spec.dependencies()) {
      family.find(dependency.on()).filter(CoreChild::hasEnded).ifPresent(this::forgetTemporary);
    }
  }

  /** By the strategy, others are restarted with one that died. */
  private void restartOthers(CoreChild child) {
    switch (supervisor.strategy()) {
      case ONE_FOR_ONE -> {}
      case ONE_FOR_ALL -> {
        child.inTurn = true;
        family.all().stream()
            .filter(other -> other != child)
            .forEach(other -> restartWith(other, child));
      }
      case REST_FOR_ONE -> {
        child.inTurn = true;
        family.after(child).forEach(other -> restartWith(other, child));
      }
    }
  }

  private void restartWith(CoreChild other, CoreChild died) {
    switch (other.state) {
      case STARTING, RUNNING, STOPPING -> {
        other.inTurn = true;
        endAndMaybeRestart(other, "restarted with \"" + died.id + "\"");
      }
      case WAITING, BACKING_OFF -> other.inTurn = true;
      case COMPLETED, GIVEN_UP -> {
        if (other.spec.restart() != Restart.TEMPORARY && !other.survived) {
          other.rest(ChildState.WAITING);
          other.inTurn = true;
          other.restarts++;
          tell(new SupervisorEvent.Restarting(path, other.id, 0, Duration.ZERO));
        }
      }
      case STOPPED -> {}
    }
  }

  private void stopBound(CoreChild child) {
    for (CoreChild bound : family.boundTo(child)) {
      if (bound.isLive()) {
        endAndMaybeRestart(bound, "bound to \"" + child.id + "\"");
      }
    }
  }

  private void endAndMaybeRestart(CoreChild child, String reason) {
    boolean again = child.spec.restart() != Restart.TEMPORARY;
    child.endFor(again ? Goal.RESTART : Goal.REST, reason);
  }

  private void end(CoreChild child, Goal goal, String reason) {
    child.endFor(goal, reason);
    stopBound(child);
  }

  private void rest(CoreChild child, String reason) {
    switch (child.state) {
      case STARTING, RUNNING, STOPPING -> end(child, Goal.REST, reason);
      case WAITING, BACKING_OFF, GIVEN_UP -> {
        child.rest(ChildState.STOPPED);
        forgetTemporary(child);
      }
      case STOPPED, COMPLETED -> {}
    }
  }

  private void restartByCall(CoreChild child) {
    child.deathsInRow.forget();
    switch (child.state) {
      case STARTING, RUNNING, STOPPING -> {
        child.goal = Goal.RESTART;
        child.reason = "restarted by a call";
        stopBound(child);
      }
      case STOPPED, WAITING, BACKING_OFF, COMPLETED, GIVEN_UP -> {
        child.rest(ChildState.WAITING);
        child.inTurn = false;
      }
    }
  }

  private void shutDown(SupervisorEnd why) {
    if (ending != null) {
      return;
    }
    ending = why;
    tell(new SupervisorEvent.ShuttingDown(path, why));
    for (CoreChild child : family.all()) {
      switch (child.state) {
        case STARTING, RUNNING, STOPPING -> {
          child.inTurn = true;
          child.endFor(Goal.REST, "its supervisor ends: " + why);
        }
        case WAITING, BACKING_OFF -> child.rest(ChildState.STOPPED);
        case GIVEN_UP -> child.rest(ChildState.GIVEN_UP);
        case STOPPED, COMPLETED -> {}
      }
    }
  }

  /** Stops those that are to end; those that end together the later ones before the earlier. */
  private void stopDue() {
    boolean laterEnds = false;
    for (CoreChild child : family.all().reversed()) {
      if (child.isEnding()) {
        boolean itsTurn = supervisor.order() == Order.DEPENDENCIES || !child.inTurn || !laterEnds;
        boolean needed = family.dependents(child).stream().anyMatch(CoreChild::isEnding);
        if (child.state != ChildState.STOPPING && itsTurn && !needed) {
          stop(child, child.spec.shutdown());
        }
        laterEnds |= child.inTurn;
      }
    }
  }

  private void stop(CoreChild child, Shutdown how) {
    child.state = ChildState.STOPPING;
    tell(new SupervisorEvent.Stopping(path, child.id, child.reason));
    effects.add(new Effect.Stop(child.id, how));
  }

  /** Starts those that wait and need not wait any longer, the earlier ones first. */
  private void startDue() {
    boolean settled = true;
    long endingFromHere = family.all().stream().filter(CoreChild::isEnding).count();
    boolean anyEnding = endingFromHere > 0;
    for (CoreChild child : family.all()) {
      if (child.isEnding()) {
        endingFromHere--;
      }
      if (child.state == ChildState.WAITING) {
        boolean othersEnd =
            switch (supervisor.strategy()) {
              case ONE_FOR_ONE -> false;
              case ONE_FOR_ALL -> anyEnding;
              case REST_FOR_ONE -> endingFromHere > 0;
            };
        boolean itsTurn = supervisor.order() == Order.DEPENDENCIES || !child.inTurn || settled;
        boolean free = family.boundTo(child).stream().noneMatch(CoreChild::isEnding);
        if (isMet(child) && itsTurn && !othersEnd && free) {
          child.beginRun(now);
          effects.add(new Effect.Start(child.id, child.spec, child.run));
        }
      }
      settled &= child.isSettled();
    }
  }

  /** Whether all dependencies allow a start; tells which one does not, once. */
  private boolean isMet(CoreChild child) {
    Dependency unmet = family.unmet(child);
    boolean hopeless = unmet != null && family.on(unmet).neverMeets(unmet.condition());
    if (unmet != null && (!unmet.equals(child.toldWaiting) || hopeless != child.toldHopeless)) {
      tell(new SupervisorEvent.Waiting(path, child.id, unmet, hopeless));
    }
    child.toldWaiting = unmet;
    child.toldHopeless = hopeless;
    return unmet == null;
  }

  private void finishDue() {
    if (ending != null && family.all().stream().noneMatch(CoreChild::isLive)) {
      finished = true;
      tell(new SupervisorEvent.Finished(path, ending));
      effects.add(new Effect.Finish(ending));
    }
  }

  private void tell(SupervisorEvent event) {
    effects.add(new Effect.Tell(event));
  }
}
