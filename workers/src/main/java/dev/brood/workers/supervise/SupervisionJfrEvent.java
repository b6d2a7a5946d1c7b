package dev.brood.workers.supervise;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A {@link SupervisorEvent} in JDK Flight Recorder. */
@Name("dev.brood.workers.Supervision")
@Label("Supervision")
@Category({"Brood", "Workers"})
@Description("A supervisor started, restarted, stopped or gave up a child, or learned about one")
@StackTrace(false)
final class SupervisionJfrEvent extends Event {
  @Label("Supervisor")
  String supervisor = "";

  @Label("Child")
  String child = "";

  @Label("Kind")
  String kind = "";

  @Label("Detail")
  String detail = "";

  static boolean recorderInUse() {
    return FlightRecorder.isInitialized();
  }

  static void record(SupervisorEvent told) {
    SupervisionJfrEvent event = new SupervisionJfrEvent();
    if (event.isEnabled()) {
      event.supervisor = told.supervisor();
      event.child = told instanceof SupervisorEvent.OfChild ofChild ? ofChild.child() : "";
      event.kind = told.getClass().getSimpleName();
      event.detail = told.toString();
      event.commit();
    }
  }
}
