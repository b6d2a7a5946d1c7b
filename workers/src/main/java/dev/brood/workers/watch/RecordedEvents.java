package dev.brood.workers.watch;

import java.util.Locale;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The events of JDK Flight Recorder. Only loaded where it is there and in use. */
final class RecordedEvents {
  @Name("dev.brood.workers.ResourceLevel")
  @Label("Resource Level")
  @Category({"Brood", "Workers"})
  @Description("A figure of a child and its descendants has reached another level")
  @StackTrace(false)
  static final class ResourceLevel extends Event {
    @Label("Process Id")
    long pid;

    @Label("Figure")
    String figure = "";

    @Label("Before")
    String before = "";

    @Label("Now")
    String now = "";

    @Label("Value")
    double value;
  }

  @Name("dev.brood.workers.ResourceAction")
  @Label("Resource Action")
  @Category({"Brood", "Workers"})
  @Description("Something was done to a child because of a critical figure")
  @StackTrace(false)
  static final class ResourceAction extends Event {
    @Label("Process Id")
    long pid;

    @Label("Figure")
    String figure = "";

    @Label("Action")
    String action = "";

    @Label("Failure")
    String failure = "";
  }

  @Name("dev.brood.workers.Admission")
  @Label("Admission")
  @Category({"Brood", "Workers"})
  @Description("It was decided whether one more child may start")
  @StackTrace(false)
  static final class Admitting extends Event {
    @Label("Kind")
    String kind = "";

    @Label("Admitted")
    boolean admitted;

    @Label("Reasons")
    String reasons = "";
  }

  @Name("dev.brood.workers.Heartbeat")
  @Label("Child Heartbeat")
  @Category({"Brood", "Workers"})
  @Description("A child has stalled or recovered, or something was done about it")
  @StackTrace(false)
  static final class Heartbeat extends Event {
    @Label("Name")
    String name = "";

    @Label("Process Id")
    long pid;

    @Label("Kind")
    String kind = "";

    @Label("Silence")
    @Timespan(Timespan.NANOSECONDS)
    long silence;

    @Label("Moved Last")
    String movedLast = "";
  }

  @Name("dev.brood.workers.Checkpoint")
  @Label("Child Checkpoint")
  @Category({"Brood", "Workers"})
  @Description("A child was asked to save itself, has done so, or has not")
  @StackTrace(false)
  static final class Checkpointing extends Event {
    @Label("Name")
    String name = "";

    @Label("Process Id")
    long pid;

    @Label("Kind")
    String kind = "";

    @Label("Bytes")
    @DataAmount
    long bytes;
  }

  /** Makes all types known to the recorder with the first event, not each with its own first. */
  private static final class Registered {
    static {
      FlightRecorder.register(ResourceLevel.class);
      FlightRecorder.register(ResourceAction.class);
      FlightRecorder.register(Admitting.class);
      FlightRecorder.register(Heartbeat.class);
      FlightRecorder.register(Checkpointing.class);
    }

    static void ensure() {}
  }

  private RecordedEvents() {}

  static boolean recorderInUse() {
    return FlightRecorder.isInitialized();
  }

  static void resources(ResourceEvent happened) {
    Registered.ensure();
    switch (happened) {
      case ResourceEvent.LevelChanged changed -> {
        ResourceLevel event = new ResourceLevel();
        event.pid = changed.child().child().pid();
        event.figure = changed.figure().name();
        event.before = changed.before().name();
        event.now = changed.now().name();
        event.value = changed.value();
        event.commit();
      }
      case ResourceEvent.Acted acted -> {
        ResourceAction event = new ResourceAction();
        event.pid = acted.child().child().pid();
        event.figure = acted.figure().name();
        event.action = acted.action().toString();
        event.failure = acted.failure().orElse("");
        event.commit();
      }
      case ResourceEvent.Unreadable unreadable -> {}
      case ResourceEvent.Ended ended -> {}
      case ResourceEvent.Slow slow -> {}
      case ResourceEvent.NotMeasured notMeasured -> {}
    }
  }

  static void admission(AdmissionEvent happened) {
    Registered.ensure();
    Admitting event = new Admitting();
    switch (happened) {
      case AdmissionEvent.Granted granted -> {
        event.kind = granted.kind();
        event.admitted = true;
        event.commit();
      }
      case AdmissionEvent.Denied denied -> {
        event.kind = denied.kind();
        event.reasons = denied.reasons().toString();
        event.commit();
      }
      case AdmissionEvent.SignalMissing missing -> {}
    }
  }

  static void watched(WatchEvent event) {
    Registered.ensure();
    switch (event) {
      case HeartbeatEvent.Stalled stalled ->
          heartbeat(
              event,
              "stalled",
              stalled.silence().toNanos(),
              stalled.movedLast().map(sign -> sign.name().toLowerCase(Locale.ROOT)).orElse(""));
      case HeartbeatEvent.Recovered recovered ->
          heartbeat(event, "recovered", recovered.silence().toNanos(), "");
      case HeartbeatEvent.Dumped _ -> heartbeat(event, "dumped", 0, "");
      case HeartbeatEvent.Stopping stopping ->
          heartbeat(event, "stopping", stopping.silence().toNanos(), "");
      case HeartbeatEvent.Stopped _ -> heartbeat(event, "stopped", 0, "");
      case CheckpointEvent.Asked _ -> checkpoint(event, "asked", 0);
      case CheckpointEvent.Taken taken -> checkpoint(event, "taken", taken.checkpoint().bytes());
      case CheckpointEvent.Missed _ -> checkpoint(event, "missed", 0);
      case CheckpointEvent.Failed _ -> checkpoint(event, "failed", 0);
      case ProgressEvent _ -> {}
    }
  }

  private static void checkpoint(WatchEvent event, String kind, long bytes) {
    Checkpointing record = new Checkpointing();
    record.name = event.name();
    record.pid = event.pid();
    record.kind = kind;
    record.bytes = bytes;
    record.commit();
  }

  private static void heartbeat(WatchEvent event, String kind, long silence, String movedLast) {
    Heartbeat record = new Heartbeat();
    record.name = event.name();
    record.pid = event.pid();
    record.kind = kind;
    record.silence = silence;
    record.movedLast = movedLast;
    record.commit();
  }
}
