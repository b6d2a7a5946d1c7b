package dev.brood.workers.watch;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

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

  /** Makes all types known to the recorder with the first event, not each with its own first. */
  private static final class Registered {
    static {
      FlightRecorder.register(ResourceLevel.class);
      FlightRecorder.register(ResourceAction.class);
      FlightRecorder.register(Admitting.class);
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
}
