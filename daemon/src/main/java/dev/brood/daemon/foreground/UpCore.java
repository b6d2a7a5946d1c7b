package dev.brood.daemon.foreground;

import dev.brood.daemon.apps.InstancePlan;
import dev.brood.daemon.config.App;
import dev.brood.daemon.config.Sign;
import dev.brood.workers.fork.Notification;
import dev.brood.workers.supervise.ChildState;
import dev.brood.workers.supervise.ChildStatus;
import dev.brood.workers.supervise.Death;
import dev.brood.workers.supervise.GiveUp;
import dev.brood.workers.supervise.SupervisorEnd;
import dev.brood.workers.supervise.SupervisorEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All decisions of {@code up}: it is told what the supervisor and the user do, and says what is to
 * be printed and done. For one thread; it knows no process and no clock.
 *
 * <p>An instance is <em>open</em> while something may still happen to it without anybody's doing.
 * When none is open any more, or one has failed for good and nobody said to keep going, all is
 * stopped.
 */
final class UpCore {
  /** What happens. */
  sealed interface Input {
    /** The supervisor has told something. */
    record Told(SupervisorEvent event) implements Input {}

    /** How the children stand, as asked for by {@link Effect.Survey}. */
    record Surveyed(List<ChildStatus> children) implements Input {}

    /** A user wants it to end; the name is without SIG. */
    record Signalled(String name) implements Input {}

    /** Nobody reads what we print. */
    record OutputGone() implements Input {}
  }

  /** What is to be done. */
  sealed interface Effect {
    /** To be printed behind that label. */
    record Notice(String label, String text) implements Effect {}

    /** An instance is not to be started any more. */
    record Rest(String label) implements Effect {}

    /** All are to be stopped. */
    record Stop() implements Effect {}

    /** All are to be killed. */
    record Kill() implements Effect {}

    /** How the children stand is to be told. */
    record Survey() implements Effect {}
  }

  private static final String OURS = "brood";

  private final boolean keepGoing;
  private final Map<String, App> apps = new HashMap<>();
  private final Set<String> open = new HashSet<>();
  private final Set<String> closedByUs = new HashSet<>();
  private final Map<String, Ending> lastEndings = new HashMap<>();
  private final Summary summary = new Summary();
  private List<Effect> effects = new ArrayList<>();
  private boolean unheard;
  private boolean stopping;
  private boolean finished;

  /** For a run of these instances. */
  UpCore(List<InstancePlan> plans, boolean keepGoing) {
    this.keepGoing = keepGoing;
    for (InstancePlan plan : plans) {
      apps.put(plan.label(), plan.app());
      open.add(plan.label());
      summary.stands(plan.label(), Standing.NOT_STARTED);
    }
  }

  /** Takes an input; returns what is to be done, in that order. */
  List<Effect> handle(Input input) {
    effects = new ArrayList<>();
    switch (input) {
      case Input.Told(SupervisorEvent event) -> told(event);
      case Input.Surveyed(List<ChildStatus> children) -> surveyed(children);
      case Input.Signalled(String name) -> signalled(name);
      case Input.OutputGone() -> {
        summary.outputGone();
        stopAll("");
      }
    }
    if (open.isEmpty()) {
      stopAll("");
    }
    return effects;
  }

  /** Whether the supervisor has ended. */
  boolean isFinished() {
    return finished;
  }

  /** What it came to. */
  Summary summary() {
    return summary;
  }

  private void told(SupervisorEvent event) {
    switch (event) {
      case SupervisorEvent.OfChild ofChild -> toldOfOne(ofChild);
      case SupervisorEvent.ShuttingDown(String _, SupervisorEnd reason) -> shuttingDown(reason);
      case SupervisorEvent.Finished(String _, SupervisorEnd end) -> {
        finished = true;
        if (!end.success()) {
          notice(OURS, "the supervisor has ended: " + end);
          summary.failedItself();
        }
      }
      case SupervisorEvent.EventsLost(String _, long count) -> {
        notice(OURS, count + " events were not told, because they came too fast");
        unheard = true;
        effects.add(new Effect.Survey());
      }
    }
  }

  private void shuttingDown(SupervisorEnd reason) {
    switch (reason) {
      case SupervisorEnd.Stopped _, SupervisorEnd.Broken _ -> {}
      case SupervisorEnd.SignificantEnded _ -> stopAll("stopping the others: " + reason);
      case SupervisorEnd.IntensityExceeded _ ->
          throw new AssertionError("the supervisor of up has no limit for all together");
    }
  }

  private void toldOfOne(SupervisorEvent.OfChild event) {
    String label = event.child();
    if (closedByUs.contains(label)) {
      return;
    }
    switch (event) {
      case SupervisorEvent.Waiting waiting -> waits(label, waiting);
      case SupervisorEvent.Started(String _, String _, int run, long pid) -> {
        open.add(label);
        notice(label, (run == 1 ? "started" : "started again as run " + run) + ", pid " + pid);
      }
      case SupervisorEvent.Ready(String _, String _, Duration after) -> {
        if (!(app(label).supervision().ready().sign() instanceof Sign.Started)) {
          notice(label, "ready after " + Ending.seconds(after));
        }
      }
      case SupervisorEvent.Healthy _ -> notice(label, "healthy");
      case SupervisorEvent.Unhealthy(String _, String _, String reason) ->
          notice(label, "unhealthy: " + reason);
      case SupervisorEvent.Notified(String _, String _, Notification notification) -> {
        if (notification instanceof Notification.Status(var _, String text)) {
          notice(label, "says: " + text);
        }
      }
      case SupervisorEvent.Stopping _ -> {} // its end tells why
      case SupervisorEvent.Ended(String _, String _, Death death, boolean asked) ->
          ended(label, death, asked);
      case SupervisorEvent.Restarting(String _, String _, int deaths, Duration delay) -> {
        summary.restarted();
        summary.stands(label, Standing.DUE);
        notice(label, restart(label, deaths, delay));
      }
      case SupervisorEvent.Completed(String _, String _, boolean success) -> {
        if (success) {
          open.remove(label);
          summary.stands(label, Standing.SUCCEEDED);
        } else {
          failed(label, "not restarted");
        }
      }
      case SupervisorEvent.GivenUp(String _, String _, String reason, Optional<Duration> _) ->
          failed(label, "given up: " + reason);
    }
  }

  private void waits(String label, SupervisorEvent.Waiting waiting) {
    if (stopping) {
      return;
    }
    if (waiting.hopeless()) {
      failed(label, "cannot start any more: waits for " + waiting.dependency());
    } else {
      open.add(label);
      notice(label, "waits for " + waiting.dependency());
    }
  }

  private void ended(String label, Death death, boolean asked) {
    App app = app(label);
    Ending ending = Ending.of(app, death, asked);
    lastEndings.put(label, ending);
    summary.stands(label, ending.standing());
    String why = stopping ? "" : death.reason().map(reason -> "; " + reason).orElse("");
    notice(label, ending.text() + why);
    boolean itself = ending.standing() == Standing.FAILED;
    if (stopping) {
      open.remove(label);
      if (itself || ending.standing() == Standing.LEFT) {
        summary.failed(label, ending.standing(), ending.exitCode());
      }
    } else if (ending.standing() == Standing.NOT_STARTED && death.run() == 1) {
      // What cannot be started at all will not be so the next time; later it may be trouble.
      effects.add(new Effect.Rest(label));
      failed(label, "");
      closedByUs.add(label);
    } else if (asked) {
      effects.add(new Effect.Survey()); // no event tells that it is to stay as it is
    }
  }

  private String restart(String label, int deaths, Duration delay) {
    if (deaths == 0) {
      return "is restarted";
    }
    String most =
        app(label)
            .supervision()
            .giveUp()
            .map(GiveUp::deaths)
            .map(limit -> " of " + (limit - 1))
            .orElse("");
    String when = delay.isZero() ? "at once" : "in " + Ending.seconds(delay);
    return "restart " + deaths + most + " " + when;
  }

  /** It has failed for good. */
  private void failed(String label, String text) {
    Ending last = lastEndings.get(label);
    int code = last == null ? ExitCodes.FAILURE : last.exitCode();
    Standing standing =
        switch (last == null ? Standing.NOT_STARTED : last.standing()) {
          case NOT_STARTED -> Standing.NOT_STARTED;
          case LEFT -> Standing.LEFT;
          case SUCCEEDED, FAILED, DUE, STOPPED, KILLED -> Standing.FAILED;
        };
    open.remove(label);
    summary.failed(label, standing, code);
    if (!text.isEmpty()) {
      notice(label, text);
    }
    if (!keepGoing) {
      stopAll("stopping the others");
    }
  }

  /** Looks for those that have come to rest without an event that says so. */
  private void surveyed(List<ChildStatus> children) {
    boolean ends =
        children.stream()
            .anyMatch(child ->
                child.state() == ChildState.COMPLETED
                    && app(child.id()).supervision().significant());
    children.forEach(child -> look(child, ends));
    unheard = false;
  }

  private void look(ChildStatus child, boolean ends) {
    boolean rests =
        switch (child.state()) {
          case STOPPED -> !ends; // else the supervisor stops all, and is about to say so
          case COMPLETED, GIVEN_UP -> unheard; // else that is still to be told
          case WAITING, BACKING_OFF, STARTING, RUNNING, STOPPING -> false;
        };
    if (!rests || !open.contains(child.id())) {
      return;
    }
    boolean asked = stopping || child.state() == ChildState.STOPPED;
    Optional<Ending> ending =
        child.lastDeath().map(death -> Ending.of(app(child.id()), death, asked));
    ending.ifPresent(known -> lastEndings.put(child.id(), known));
    if (ending.isPresent() && ending.get().standing() == Standing.SUCCEEDED) {
      open.remove(child.id());
      summary.stands(child.id(), Standing.SUCCEEDED);
    } else if (!stopping) {
      failed(child.id(), "not restarted");
    }
  }

  private void signalled(String name) {
    if (!stopping) {
      String again = name.equals("INT") ? "; again kills" : "";
      stopAll("SIG" + name + ": stopping all" + again);
    } else if (!name.equals("HUP")) {
      // A closing terminal may send HUP twice; only a person who insists, or kill(1), kills.
      notice(OURS, "SIG" + name + " again: killing all");
      summary.killedBy(name);
      effects.add(new Effect.Kill());
    }
  }

  private void stopAll(String text) {
    if (stopping) {
      return;
    }
    stopping = true;
    if (!text.isEmpty() && !open.isEmpty()) {
      notice(OURS, text);
    }
    effects.add(new Effect.Stop());
  }

  private void notice(String label, String text) {
    effects.add(new Effect.Notice(label, text));
  }

  private App app(String label) {
    App app = apps.get(label);
    if (app == null) {
      throw new AssertionError("no instance is called " + label);
    }
    return app;
  }
}
