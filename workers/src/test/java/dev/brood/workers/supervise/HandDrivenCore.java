package dev.brood.workers.supervise;

import dev.brood.process.Cause;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** A {@link SupervisorCore} whose processes do what a test says, at the time that it says. */
final class HandDrivenCore {
  static final Exit KILLED = new Exit.Signaled(Signal.KILL, false);

  private final SupervisorCore core;
  private final Map<String, Long> begun = new HashMap<>();
  private long now;

  private HandDrivenCore(Supervisor supervisor) {
    this.core = new SupervisorCore(supervisor, "main", new SplittableRandom(1));
  }

  /** One whose children have all been started, and have come up as far as they wait for. */
  static HandDrivenCore begun(Supervisor supervisor) {
    HandDrivenCore driven = new HandDrivenCore(supervisor);
    List<Effect> unused = driven.upAll(driven.feed(new Input.Tick()));
    return driven;
  }

  SupervisorCore core() {
    return core;
  }

  /** Lets time pass, without an input. */
  void pass(Duration time) {
    now += time.toNanos();
  }

  /** Lets time pass, and says so. */
  List<Effect> tickAfter(Duration time) {
    pass(time);
    return feed(new Input.Tick());
  }

  List<Effect> feed(Input input) {
    return core.handle(now, input);
  }

  long now() {
    return now;
  }

  ChildStatus status(String id) {
    return core.status(now).stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
  }

  ChildState state(String id) {
    return status(id).state();
  }

  /** Lets a run that is started come up. */
  List<Effect> up(String id) {
    int run = core.liveRun(id);
    begun.put(id, now);
    List<Effect> effects = new ArrayList<>(feed(new Input.Started(id, run, 7)));
    effects.addAll(feed(new Input.Ready(id, run)));
    return effects;
  }

  /** Lets everything come up that is started by these effects, and by what follows. */
  List<Effect> upAll(List<Effect> effects) {
    List<Effect> all = new ArrayList<>();
    for (Effect effect : effects) {
      if (effect instanceof Effect.Start start) {
        List<Effect> more = up(start.child());
        all.addAll(more);
        all.addAll(upAll(more));
      }
    }
    return all;
  }

  /** Lets the live run of a child die by itself. */
  List<Effect> die(String id, Exit exit) {
    return clearedAfter(Duration.ZERO, id, exit);
  }

  /** Lets the live run of a child die by itself, which is told when its helpers have gone, too. */
  List<Effect> clearedAfter(Duration time, String id, Exit exit) {
    Duration lifetime = lifetime(id);
    pass(time);
    return end(id, new Ending.ProcessEnded(exit, Cause.SELF), lifetime);
  }

  /** Lets the live run of a child end as it was asked to. */
  List<Effect> obey(String id) {
    return end(id, new Ending.ProcessEnded(KILLED, Cause.STOPPED), lifetime(id));
  }

  /** Lets it turn out that the live run of a child cannot be ended. */
  List<Effect> survive(String id) {
    return end(id, new Ending.Survived(List.of(7L)), lifetime(id));
  }

  /** Ends what was asked to, in the order of the asking, and lets come up what follows. */
  List<Effect> obeyAll(List<Effect> effects) {
    List<Effect> all = new ArrayList<>(upAll(effects));
    List<Effect> open = new ArrayList<>(effects);
    while (!open.isEmpty()) {
      if (open.removeFirst() instanceof Effect.Stop stop) {
        List<Effect> more = obey(stop.child());
        all.addAll(more);
        open.addAll(more);
        all.addAll(upAll(more));
      }
    }
    return all;
  }

  private Duration lifetime(String id) {
    return Duration.ofNanos(now - begun.getOrDefault(id, now));
  }

  private List<Effect> end(String id, Ending ending, Duration lifetime) {
    return feed(
        new Input.Ended(
            id,
            new Death(
                core.liveRun(id),
                7,
                Instant.EPOCH,
                lifetime,
                ending,
                Optional.empty(),
                Optional.empty(),
                List.of())));
  }

  static List<String> startsOf(List<Effect> effects) {
    return effects.stream()
        .filter(Effect.Start.class::isInstance)
        .map(effect -> ((Effect.Start) effect).child())
        .toList();
  }

  static List<String> stopsOf(List<Effect> effects) {
    return effects.stream()
        .filter(Effect.Stop.class::isInstance)
        .map(effect -> ((Effect.Stop) effect).child())
        .toList();
  }
}
