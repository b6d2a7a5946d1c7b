package dev.brood.workers.supervise;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * The events of JDK Flight Recorder about supervisors and circuit breakers;
 * docs/guide/events-and-meters has a table of them. Only loaded where there is a recorder, and it
 * is in use.
 */
final class JfrEvents {
  static {
    // All with the first, not each with its own first.
    FlightRecorder.register(Supervision.class);
    FlightRecorder.register(Breaking.class);
  }

  private JfrEvents() {}

  @Name("dev.brood.workers.Supervision")
  @Label("Supervision")
  @Category({"Brood", "Workers"})
  @Description("A supervisor started, restarted, stopped or gave up a child, or learned about one")
  @StackTrace(false)
  static final class Supervision extends Event {
    @Label("Supervisor")
    String supervisor = "";

    @Label("Child")
    String child = "";

    @Label("Kind")
    String kind = "";

    @Label("Detail")
    String detail = "";
  }

  @Name("dev.brood.workers.CircuitBreaker")
  @Label("Circuit Breaker")
  @Category({"Brood", "Workers"})
  @Description("A circuit breaker has changed its state, or a call has failed or was refused")
  @StackTrace(false)
  static final class Breaking extends Event {
    @Label("Breaker")
    String breaker = "";

    @Label("Kind")
    String kind = "";

    @Label("Detail")
    String detail = "";
  }

  static void record(SupervisorEvent happened) {
    Supervision event = new Supervision();
    if (event.isEnabled()) {
      event.supervisor = happened.supervisor();
      event.child = happened instanceof SupervisorEvent.OfChild ofChild ? ofChild.child() : "";
      event.kind = happened.getClass().getSimpleName();
      event.detail = happened.toString();
      event.commit();
    }
  }

  static void record(BreakerEvent happened) {
    Breaking event = new Breaking();
    if (event.isEnabled()) {
      event.breaker = happened.breaker();
      event.kind = happened.getClass().getSimpleName();
      event.detail = happened.toString();
      event.commit();
    }
  }
}
