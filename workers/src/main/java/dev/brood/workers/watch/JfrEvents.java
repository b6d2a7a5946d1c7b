package dev.brood.workers.watch;

import java.util.Locale;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * The events of JDK Flight Recorder about children that are watched; docs/guide/events-and-meters
 * has a table of them. Only loaded where there is a recorder, and it is in use.
 */
final class JfrEvents {
  static {
    // All with the first, not each with its own first.
    FlightRecorder.register(Heartbeat.class);
    FlightRecorder.register(Progressing.class);
    FlightRecorder.register(Checkpointing.class);
    FlightRecorder.register(ResourceLevel.class);
    FlightRecorder.register(ResourceAction.class);
    FlightRecorder.register(ResourceGap.class);
    FlightRecorder.register(Admitting.class);
    FlightRecorder.register(Suspending.class);
  }

  private JfrEvents() {}

  /** What the events about one child have in common. */
  @Registered(false)
  @Category({"Brood", "Workers"})
  @StackTrace(false)
  abstract static class OfChild extends Event {
    @Label("Name")
    String name = "";

    @Label("Process Id")
    long pid;

    void about(WatchEvent.OfChild happened) {
      name = happened.name();
      pid = happened.pid();
    }
  }

  @Registered
  @Name("dev.brood.workers.Heartbeat")
  @Label("Child Heartbeat")
  @Description("A child has stalled or recovered, or something was done about it")
  static final class Heartbeat extends OfChild {
    @Label("Kind")
    String kind = "";

    @Label("Silence")
    @Timespan(Timespan.NANOSECONDS)
    long silence;

    @Label("Moved Last")
    String movedLast = "";
  }

  @Registered
  @Name("dev.brood.workers.Progress")
  @Label("Child Progress")
  @Description("A child has got on with its work")
  static final class Progressing extends OfChild {
    @Label("Percent")
    @Description("From 0 to 100; -1 if it has not said")
    double percent;

    @Label("Phase")
    String phase = "";

    @Label("Message")
    String message = "";
  }

  @Registered
  @Name("dev.brood.workers.Checkpoint")
  @Label("Child Checkpoint")
  @Description("A child was asked to save itself, has done so, or has not")
  static final class Checkpointing extends OfChild {
    @Label("Kind")
    String kind = "";

    @Label("Bytes")
    @DataAmount
    long bytes;
  }

  @Registered
  @Name("dev.brood.workers.ResourceLevel")
  @Label("Resource Level")
  @Description("A figure of a child and its descendants has reached another level")
  static final class ResourceLevel extends OfChild {
    @Label("Figure")
    String figure = "";

    @Label("Before")
    String before = "";

    @Label("Now")
    String now = "";

    @Label("Value")
    double value;
  }

  @Registered
  @Name("dev.brood.workers.ResourceAction")
  @Label("Resource Action")
  @Description("Something was done to a child because of a critical figure")
  static final class ResourceAction extends OfChild {
    @Label("Figure")
    String figure = "";

    @Label("Action")
    String action = "";

    @Label("Failure")
    String failure = "";
  }

  @Name("dev.brood.workers.ResourceGap")
  @Label("Resource Gap")
  @Category({"Brood", "Workers"})
  @Description("Resources were not measured, or not as often as they should be")
  @StackTrace(false)
  static final class ResourceGap extends Event {
    @Label("Kind")
    String kind = "";

    @Label("Detail")
    String detail = "";
  }

  @Name("dev.brood.workers.Admission")
  @Label("Admission")
  @Category({"Brood", "Workers"})
  @Description("It was decided whether one more child may start")
  @StackTrace(false)
  static final class Admitting extends Event {
    @Label("Kind of Work")
    String kind = "";

    @Label("Admitted")
    boolean admitted;

    @Label("Running")
    @Description("How many hold a ticket, this one included; 0 with a refusal")
    int running;

    @Label("Reasons")
    String reasons = "";
  }

  @Name("dev.brood.workers.Suspension")
  @Label("Suspension")
  @Category({"Brood", "Workers"})
  @Description("A child and its descendants were stopped where they stand, or go on")
  @StackTrace(false)
  static final class Suspending extends Event {
    @Label("Process Id")
    long pid;

    @Label("Kind")
    String kind = "";

    @Label("Means")
    String means = "";

    @Label("Complete")
    boolean complete;
  }

  static void record(WatchEvent happened) {
    switch (happened) {
      case HeartbeatEvent heartbeat -> heartbeat(heartbeat);
      case ProgressEvent.Moved moved -> progress(moved);
      case CheckpointEvent checkpoint -> checkpoint(checkpoint);
      case ResourceEvent resource -> resource(resource);
      case AdmissionEvent.Granted granted -> {
        Admitting event = new Admitting();
        event.kind = granted.kind();
        event.admitted = true;
        event.running = granted.running();
        event.commit();
      }
      case AdmissionEvent.Denied denied -> {
        Admitting event = new Admitting();
        event.kind = denied.kind();
        event.reasons = denied.reasons().toString();
        event.commit();
      }
      case AdmissionEvent.SignalMissing missing ->
          gap(missing, missing.signal() + ": " + missing.instead());
      case WatchEvent.EventsLost _ -> {} // of a listener, not of the recorder
    }
  }

  static void suspension(long pid, String kind, Suspension.Means means, boolean complete) {
    Suspending event = new Suspending();
    event.pid = pid;
    event.kind = kind;
    event.means = lower(means);
    event.complete = complete;
    event.commit();
  }

  private static void heartbeat(HeartbeatEvent happened) {
    Heartbeat event = new Heartbeat();
    event.about(happened);
    event.kind = kind(happened);
    switch (happened) {
      case HeartbeatEvent.Stalled stalled -> {
        event.silence = stalled.silence().toNanos();
        event.movedLast = stalled.movedLast().map(JfrEvents::lower).orElse("");
      }
      case HeartbeatEvent.Recovered recovered -> event.silence = recovered.silence().toNanos();
      case HeartbeatEvent.Stopping stopping -> event.silence = stopping.silence().toNanos();
      case HeartbeatEvent.Dumped _, HeartbeatEvent.Stopped _ -> {}
    }
    event.commit();
  }

  private static void progress(ProgressEvent.Moved moved) {
    Progressing event = new Progressing();
    event.about(moved);
    event.percent = moved.progress().percent().orElse(-1);
    event.phase = moved.progress().phase().orElse("");
    event.message = moved.progress().message().orElse("");
    event.commit();
  }

  private static void checkpoint(CheckpointEvent happened) {
    Checkpointing event = new Checkpointing();
    event.about(happened);
    event.kind = kind(happened);
    event.bytes = happened instanceof CheckpointEvent.Taken taken ? taken.checkpoint().bytes() : 0;
    event.commit();
  }

  private static void resource(ResourceEvent happened) {
    switch (happened) {
      case ResourceEvent.LevelChanged changed -> {
        ResourceLevel event = new ResourceLevel();
        event.about(changed);
        event.figure = lower(changed.figure());
        event.before = lower(changed.before());
        event.now = lower(changed.now());
        event.value = changed.value();
        event.commit();
      }
      case ResourceEvent.Acted acted -> {
        ResourceAction event = new ResourceAction();
        event.about(acted);
        event.figure = lower(acted.figure());
        event.action = acted.action().toString();
        event.failure = acted.failure().orElse("");
        event.commit();
      }
      case ResourceEvent.Unreadable unreadable ->
          gap(unreadable, lower(unreadable.figure()) + " of " + unreadable.child());
      case ResourceEvent.Slow slow -> gap(slow, slow.took() + " of " + slow.interval());
      case ResourceEvent.NotMeasured not -> gap(not, not.reason());
      case ResourceEvent.Ended _ -> {} // the engine records the end of the child itself
    }
  }

  private static void gap(WatchEvent happened, String detail) {
    ResourceGap event = new ResourceGap();
    event.kind = kind(happened);
    event.detail = detail;
    event.commit();
  }

  private static String kind(WatchEvent happened) {
    return happened.getClass().getSimpleName();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
